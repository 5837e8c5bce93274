using System.Text.Json;

namespace Capns.Core.Caps.Validation;

/// <content>Results.</content>
public sealed partial class CallValidator
{
    /// <summary>Checks a result.</summary>
    /// <param name="cap">The definition; it has to say what the capability gives.</param>
    /// <param name="value">Any JSON; bytes are a string of Base64.</param>
    /// <param name="cancellationToken">Ends the wait for a source.</param>
    public async ValueTask<CapValidationResult> ValidateOutputAsync(
        Cap cap, JsonElement value, CancellationToken cancellationToken = default)
    {
        if (cap.Output is null)
        {
            return new(CapValidationError.InvalidCapSchema(cap.Urn, "No output definition specified"), []);
        }

        var warnings = new List<string>();
        var subject = new ValueSubject(cap.Urn, Argument: null);
        return new(await CheckAsync(cap, subject, cap.Output.MediaUrn, value, warnings, cancellationToken), warnings);
    }

    /// <summary>Checks a result that is still text.</summary>
    /// <param name="cap">The definition; it has to say what the capability gives.</param>
    /// <param name="utf8Json">JSON in UTF-8, nested 64 levels at most.</param>
    /// <param name="cancellationToken">Ends the wait for a source.</param>
    public async ValueTask<CapValidationResult> ValidateOutputTextAsync(
        Cap cap, ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken = default)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8Json);
            return await ValidateOutputAsync(cap, document.RootElement, cancellationToken);
        }
        catch (JsonException exception)
        {
            return new(CapValidationError.JsonParseError(cap.Urn, exception.Message), []);
        }
    }
}
