namespace Capns.Core.Validation;

/// <summary>One place where a value does not fit its schema (platform spec 3.8, <c>details.errors</c>).</summary>
/// <param name="Path">JSON Pointer into the value; the empty text is the whole value.</param>
/// <param name="Keyword">The schema keyword that refused it.</param>
/// <param name="Message">The expectation with its bound, for people; never the value itself.</param>
public sealed record ValidationError(string Path, string Keyword, string Message);
