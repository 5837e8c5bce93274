using System.Buffers;
using System.Text.Json;
using Capns.Core.Json;

namespace Capns.Core.Validation;

/// <summary>The values that a schema marks <c>x-secret: true</c> (platform spec 5.2, 5.13).</summary>
/// <remarks>
/// In doubt a value is secret: also when the mark stands in a schema that holds only for some values (anyOf, then …),
/// behind a reference, or behind a pattern that took too long.
/// </remarks>
public static class SecretFields
{
    /// <summary>What stands in the place of a secret wherever people or other services can read.</summary>
    public const string Redacted = "[redacted]";

    private static readonly JsonElement RedactedElement = JsonSerializer.SerializeToElement(Redacted);

    /// <summary>Copies a value with <see cref="Redacted"/> in the place of every secret.</summary>
    /// <exception cref="FormatException">The value cannot be walked; see <see cref="JsonTextGuard"/>.</exception>
    public static JsonElement Redact(JsonSchema schema, JsonElement instance) => Replace(schema, instance, _ => RedactedElement);

    /// <summary>Copies a value with something else in the place of every secret, e.g. a keyed digest.</summary>
    /// <param name="schema">Whose marks count.</param>
    /// <param name="instance">Any value; not changed.</param>
    /// <param name="replacement">Called once for each secret value, outermost ones only.</param>
    /// <exception cref="FormatException">The value cannot be walked; see <see cref="JsonTextGuard"/>.</exception>
    public static JsonElement Replace(JsonSchema schema, JsonElement instance, Func<JsonElement, JsonElement> replacement)
    {
        Guard(instance);
        if (!schema.HasSecrets)
        {
            return instance.Clone();
        }

        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { MaxDepth = 2 * JsonTextGuard.MaxDepth }))
        {
            Write([schema.Root], instance, writer, replacement);
        }

        using var document = JsonDocument.Parse(output.WrittenMemory, new JsonDocumentOptions { MaxDepth = 2 * JsonTextGuard.MaxDepth });
        return document.RootElement.Clone();
    }

    /// <summary>JSON Pointers of the secret values, outermost ones only, in the order of the value.</summary>
    /// <exception cref="FormatException">The value cannot be walked; see <see cref="JsonTextGuard"/>.</exception>
    public static IReadOnlyList<string> Paths(JsonSchema schema, JsonElement instance)
    {
        Guard(instance);
        var paths = new List<string>();
        if (schema.HasSecrets)
        {
            Collect([schema.Root], instance, string.Empty, paths);
        }

        return paths;
    }

    private static void Guard(JsonElement instance)
    {
        if (JsonTextGuard.FindProblem(instance) is { } problem)
        {
            throw new FormatException($"The value {problem}.");
        }
    }

    private static void Write(
        IEnumerable<SchemaNode> schemas, JsonElement value, Utf8JsonWriter writer, Func<JsonElement, JsonElement> replacement)
    {
        var together = SchemaWalk.SameValue(schemas, sometimes: true);
        if (together.Any(schema => schema.IsSecret))
        {
            replacement(value).WriteTo(writer);
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(SchemaWalk.ForProperty(together, property.Name), property.Value, writer, replacement);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                var index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    Write(SchemaWalk.ForItem(together, index++, sometimes: true), item, writer, replacement);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static void Collect(IEnumerable<SchemaNode> schemas, JsonElement value, string path, List<string> paths)
    {
        var together = SchemaWalk.SameValue(schemas, sometimes: true);
        if (together.Any(schema => schema.IsSecret))
        {
            paths.Add(path);
            return;
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in value.EnumerateObject())
            {
                Collect(SchemaWalk.ForProperty(together, property.Name), property.Value, JsonPointer.Append(path, property.Name), paths);
            }
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                Collect(SchemaWalk.ForItem(together, index, sometimes: true), item, JsonPointer.Append(path, index++), paths);
            }
        }
    }
}
