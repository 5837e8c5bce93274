using System.Text.Json;
using Capns.Contracts;
using Capns.Core.Json;
using Capns.Core.Validation;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>What the parameters of a request came to (platform spec 5.2).</summary>
/// <param name="Errors">Empty when they fit.</param>
/// <param name="Completed">With defaults filled in. Only meaningful without errors.</param>
/// <param name="Stored">As they may be stored: without secrets. Absent when they hold a secret in a place that is not marked as one.</param>
/// <param name="Hash"><c>sha256:</c> and hex. Empty when there are errors.</param>
internal sealed record CheckedParameters(IReadOnlyList<FieldError> Errors, JsonElement Completed, JsonElement? Stored, string Hash);

/// <summary>Fills in defaults, checks parameters against their schema, and looks for credentials (platform spec 5.2, 5.3).</summary>
internal static class ParameterCheck
{
    /// <summary>Checks one request's parameters. Never throws for what they hold.</summary>
    /// <param name="schema">Of the tool or the operation; strict from level moderate upward.</param>
    /// <param name="given">A JSON object that has passed <see cref="StorableJson"/>.</param>
    /// <param name="level">Of the execution; from moderate upward credentials outside x-secret fields are refused.</param>
    public static CheckedParameters Check(JsonSchema schema, JsonElement given, SecurityLevel level)
    {
        var completed = DefaultFiller.Fill(schema, given);
        var errors = schema.Validate(completed).Select(Field).ToList();
        var leaks = CredentialScan.Find(schema, completed);
        if (level >= SecurityLevel.Moderate)
        {
            errors.AddRange(leaks.Select(Field));
        }

        var redacted = Redaction.Redact(schema, completed);
        return new CheckedParameters(
            errors,
            completed,
            leaks.Count > 0 ? null : redacted,
            errors.Count > 0 ? "" : CanonicalJson.Digest(redacted));
    }

    /// <summary>The sentence starts with the path, so that it can be read alone.</summary>
    private static FieldError Field(ValidationError error) =>
        new(error.Path, error.Keyword, $"{(error.Path.Length == 0 ? "parameters" : error.Path)} {error.Message.TrimEnd('.')}.");
}
