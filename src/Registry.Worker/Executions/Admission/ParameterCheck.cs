using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Capns.Contracts;
using Capns.Core.Json;
using Capns.Core.Validation;
using Capns.Hosting.Secrets;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>What the parameters of a request came to (platform spec 5.2).</summary>
/// <param name="Errors">Empty when they fit.</param>
/// <param name="Completed">With defaults filled in. Only meaningful without errors.</param>
/// <param name="Stored">As they may be stored: without secrets. Absent when they hold a secret in a place that is not marked as one.</param>
/// <param name="Hash"><c>sha256:</c> and hex. Empty when there are errors.</param>
internal sealed record CheckedParameters(IReadOnlyList<FieldError> Errors, JsonElement Completed, JsonElement? Stored, string Hash)
{
    /// <summary>JSON Pointers into <see cref="Completed"/>, to the values that are marked <c>x-secret</c> and to others that repeat them.</summary>
    public IReadOnlyList<string> SecretPaths { get; init; } = [];

    /// <summary>These values.</summary>
    public IEnumerable<JsonElement> Secrets => SecretPaths.Select(path => JsonPointer.TryResolve(Completed, path, out var value) ? value : default);
}

/// <summary>Fills in defaults, checks parameters against their schema, and looks for credentials (platform spec 5.2, 5.3).</summary>
internal static class ParameterCheck
{
    /// <summary>Largest completed parameters, in bytes of UTF-8: defaults can make them larger than what was sent.</summary>
    public const int MaxCompletedBytes = 1024 * 1024;

    /// <summary>Checks one request's parameters. Never throws for what they hold.</summary>
    /// <param name="schema">Of the tool or the operation; strict from level moderate upward.</param>
    /// <param name="given">A JSON object that has passed <see cref="StorableJson"/>.</param>
    /// <param name="level">Of the execution; from moderate upward credentials outside x-secret fields are refused.</param>
    /// <param name="key">Of the digests that stand for secret values in the hash.</param>
    public static CheckedParameters Check(JsonSchema schema, JsonElement given, SecurityLevel level, ReadOnlyMemory<byte> key)
    {
        if (!DefaultFiller.TryFill(schema, given, out var completed, out var unfilled))
        {
            return new CheckedParameters([Field(unfilled)], default, null, "");
        }

        var bytes = JsonMarshal.GetRawUtf8Value(completed).Length;
        if (bytes > MaxCompletedBytes)
        {
            return new CheckedParameters(
                [new FieldError("", "maxBytes", $"parameters must have at most {MaxCompletedBytes} bytes with all defaults; they have {bytes}.")], default, null, "");
        }

        var errors = schema.Validate(completed).Select(Field).ToList();
        var leaks = CredentialScan.Find(schema, completed);
        if (level >= SecurityLevel.Moderate)
        {
            errors.AddRange(leaks.Select(Field));
        }

        var secrets = SecretFields.Paths(schema, completed);
        secrets = secrets.Count == 0 ? secrets : [.. secrets, .. SecretCopies.Find(completed, secrets)];
        return new CheckedParameters(
            errors,
            completed,
            leaks.Count > 0 ? null : SealedParameters.Blank(completed, secrets).Clone(),
            errors.Count > 0 ? "" : CanonicalJson.Digest(WithDigests(completed, secrets, key)))
        {
            SecretPaths = secrets,
        };
    }

    private static JsonElement WithDigests(JsonElement parameters, IReadOnlyList<string> secrets, ReadOnlyMemory<byte> key) => secrets.Count == 0
        ? parameters
        : SealedParameters.Put(parameters, secrets.ToDictionary(
            path => path, path => Digest(JsonPointer.TryResolve(parameters, path, out var value) ? value : default, key)));

    /// <summary>What stands for a secret value in a parameters hash.</summary>
    public static JsonElement Digest(JsonElement secret, ReadOnlyMemory<byte> key) =>
        JsonSerializer.SerializeToElement($"hmac-sha256:{Convert.ToHexStringLower(HMACSHA256.HashData(key.Span, CanonicalJson.Write(secret)))}");

    /// <summary>The sentence starts with the path, so that it can be read alone.</summary>
    private static FieldError Field(ValidationError error) =>
        new(error.Path, error.Keyword, $"{(error.Path.Length == 0 ? "parameters" : error.Path)} {error.Message.TrimEnd('.')}.");
}
