namespace Capns.Core.Caps;

/// <summary>Something in a definition that is allowed and probably not meant, or that could not be checked (CapNs spec 8).</summary>
/// <param name="RuleId">The rule it is near to, one of <see cref="CapRule"/>.</param>
/// <param name="Path">JSON Pointer to it; empty for the whole document.</param>
/// <param name="Message">For people.</param>
public sealed record CapDefinitionWarning(string RuleId, string Path, string Message);
