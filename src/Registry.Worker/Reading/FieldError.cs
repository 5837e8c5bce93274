namespace Capns.Registry.Worker.Reading;

/// <summary>One thing wrong with a document somebody sent: an element of <c>details.errors</c> (platform spec 3.18, 4.2).</summary>
/// <param name="Path">JSON Pointer to the member; <c>""</c> is the whole document.</param>
/// <param name="Keyword">Which rule, for programs: a JSON Schema keyword where one fits.</param>
/// <param name="Message">For people: names the field, the bound and the value.</param>
internal sealed record FieldError(string Path, string Keyword, string Message);
