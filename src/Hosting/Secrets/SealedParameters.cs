using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Core.Json;
using Capns.Core.Validation;

namespace Capns.Hosting.Secrets;

/// <summary>
/// The secret values of an execution's parameters: JSON Pointers and what belongs there, sealed as one (platform spec 5.13).
/// </summary>
public static class SealedParameters
{
    /// <summary>Seals the values at some places of the parameters.</summary>
    /// <returns>Null when there are none.</returns>
    public static byte[]? Seal(ISealer sealer, Guid executionId, JsonElement parameters, IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(sealer);
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Count == 0)
        {
            return null;
        }

        var values = paths.ToDictionary(path => path, path => JsonPointer.TryResolve(parameters, path, out var value)
            ? value
            : throw new ArgumentException($"The parameters have nothing at {path}.", nameof(paths)));
        return sealer.Seal(JsonSerializer.SerializeToUtf8Bytes(values, WireJson.Options), SealedPlaces.Parameters(executionId));
    }

    /// <summary>Opens them.</summary>
    /// <returns>Null when no key fits, or they belong to another execution.</returns>
    public static IReadOnlyDictionary<string, JsonElement>? Open(ISealer sealer, Guid executionId, ReadOnlySpan<byte> @sealed)
    {
        ArgumentNullException.ThrowIfNull(sealer);
        return sealer.TryOpen(@sealed, SealedPlaces.Parameters(executionId), out var json)
            ? JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json, WireJson.Options)
            : null;
    }

    /// <summary>The parameters with other values at some places.</summary>
    public static JsonElement Put(JsonElement parameters, IReadOnlyDictionary<string, JsonElement> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer,
            new JsonWriterOptions { Encoder = WireJson.Options.Encoder, MaxDepth = WireJson.MaxDepth }))
        {
            Write(parameters, string.Empty, values, writer);
        }

        return JsonElement.Parse(buffer.ToArray(), new JsonDocumentOptions { MaxDepth = WireJson.MaxDepth });
    }

    /// <summary>The parameters with <see cref="SecretFields.Redacted"/> at some places.</summary>
    public static JsonElement Blank(JsonElement parameters, IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var redacted = JsonSerializer.SerializeToElement(SecretFields.Redacted, WireJson.Options);
        return paths.Count == 0 ? parameters : Put(parameters, paths.ToDictionary(path => path, _ => redacted));
    }

    private static void Write(JsonElement value, string path, IReadOnlyDictionary<string, JsonElement> values, Utf8JsonWriter writer)
    {
        if (values.TryGetValue(path, out var other))
        {
            other.WriteTo(writer);
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(property.Value, JsonPointer.Append(path, property.Name), values, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                var index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    Write(item, JsonPointer.Append(path, index++), values, writer);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
