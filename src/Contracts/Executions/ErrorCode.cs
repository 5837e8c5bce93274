namespace Capns.Contracts.Executions;

/// <summary>One row of the table of codes: what a program may do about an error (platform spec 5.12).</summary>
/// <param name="Code">The word on the wire, e.g. <c>RATE_LIMITED</c>.</param>
/// <param name="Type">Its kind.</param>
/// <param name="Recoverable">True when a retry may help.</param>
/// <param name="HttpStatus">The HTTP status it is answered with; 0 when it never is.</param>
public sealed record ErrorCode(string Code, ErrorType Type, bool Recoverable, int HttpStatus);
