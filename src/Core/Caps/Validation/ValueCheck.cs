using System.Buffers.Text;
using System.Text.Json;
using Capns.Core.Media;

namespace Capns.Core.Caps.Validation;

/// <summary>Steps 2 to 5 of CapNs spec 10.1: bytes as Base64, the schema or else the profile, then the rules.</summary>
internal sealed class ValueCheck(IProfileSchemaSource profiles, MissingProfileSchema missing, CompiledRules compiled)
{
    /// <summary>The first thing that does not fit; null when everything does.</summary>
    /// <param name="subject">What the value is to its capability.</param>
    /// <param name="spec">What it should be.</param>
    /// <param name="value">One that can be walked safely.</param>
    /// <param name="warnings">Grows by what cannot be checked.</param>
    /// <param name="cancellationToken">Ends the wait for a profile's schema.</param>
    public async ValueTask<CapValidationError?> FindMistakeAsync(
        ValueSubject subject, ResolvedMediaSpec spec, JsonElement value, List<string> warnings, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<string> errors =
                spec.IsBinary ? IsBase64(value) ? [] : ["Expected base64-encoded string for binary type"]
                : spec.Schema is { } schema ? Violations(schema, value, $"media spec '{spec.MediaUrn}'")
                : spec.ProfileUri is { } profile ? await FindProfileErrorsAsync(profile, spec, value, warnings, cancellationToken)
                : [];
            if (errors.Count > 0)
            {
                return subject.WrongType(spec.MediaUrn, ValueText.Of(value), errors);
            }

            return spec.Validation is { } rules && RuleCheck.FindBroken(rules, value, compiled) is { } rule
                ? subject.BrokenRule(spec.MediaUrn, ValueText.Of(value), rule)
                : null;
        }
        catch (FormatException exception)
        {
            return CapValidationError.InvalidCapSchema(subject.Cap, exception.Message) with
            {
                Field = subject.Field,
                MediaSpec = spec.MediaUrn,
            };
        }
    }

    private static bool IsBase64(JsonElement value) => value.ValueKind == JsonValueKind.String && Base64.IsValid(value.GetString());

    private IReadOnlyList<string> Violations(JsonElement schema, JsonElement value, string owner) =>
        CompiledRules.Describe(compiled.Schema(schema, owner).Validate(value));

    private async ValueTask<IReadOnlyList<string>> FindProfileErrorsAsync(
        string profile, ResolvedMediaSpec spec, JsonElement value, List<string> warnings, CancellationToken cancellationToken)
    {
        var why = "nobody knows it";
        try
        {
            if (await profiles.FindAsync(profile, cancellationToken) is { } schema)
            {
                return Violations(schema, value, $"profile '{profile}'");
            }
        }
        catch (MediaSourceUnreachableException exception)
        {
            why = exception.Message;
        }

        var sentence = $"The schema of profile '{profile}' could not be obtained: {why}";
        if (missing == MissingProfileSchema.Fail)
        {
            return [sentence];
        }

        if (missing == MissingProfileSchema.Warn)
        {
            warnings.Add($"{sentence}. A value for '{spec.MediaUrn}' was accepted unchecked.");
        }

        return [];
    }
}
