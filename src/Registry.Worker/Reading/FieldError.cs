namespace Capns.Registry.Worker.Reading;

/// <summary>One thing wrong with a document somebody sent: an element of <c>details.errors</c> (platform spec 3.18, 4.2).</summary>
/// <param name="Path">JSON Pointer to the member; <c>""</c> is the whole document.</param>
/// <param name="Keyword">Which rule, for programs: a JSON Schema keyword where one fits.</param>
/// <param name="Message">For people: names the field, the bound and the value.</param>
internal sealed record FieldError(string Path, string Keyword, string Message);

/// <summary>Tells several errors at once.</summary>
internal static class FieldErrors
{
    /// <summary>E.g. "2 errors in parameters: operands is required; …".</summary>
    public static string Sentence(this IReadOnlyList<FieldError> errors, string where)
    {
        const int Shown = 3;
        var texts = errors.Take(Shown).Select(error => error.Message.TrimEnd('.'));
        var more = errors.Count > Shown ? $"; and {errors.Count - Shown} more" : "";
        return $"{errors.Count} error{(errors.Count == 1 ? "" : "s")} in {where}: {string.Join("; ", texts)}{more}.";
    }
}
