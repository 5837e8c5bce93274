using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Capns.Core.Json;

namespace Capns.Core.Validation;

/// <summary>Completes a value with the <c>default</c>s of its schema (platform spec 5.2).</summary>
/// <remarks>
/// A default is filled in for a property that is missing, at any depth of objects and arrays that are there, also inside
/// a default that was filled in. It is taken from <c>properties</c>, also through <c>$ref</c> and <c>allOf</c>, but not
/// from schemas that hold only for some values (anyOf, oneOf, then, else). Two different defaults for one property
/// cancel each other out. The result is not checked: validate it.
/// </remarks>
public static class DefaultFiller
{
    /// <summary>Most bytes of JSON that a completed value may have: 16 MiB.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>Most defaults that are filled into one value.</summary>
    public const int MaxDefaults = 20_000;

    /// <summary>Completes a value.</summary>
    /// <param name="schema">Whose defaults are used.</param>
    /// <param name="instance">Any value.</param>
    /// <param name="completed">A copy with the defaults, when the answer is true.</param>
    /// <param name="error">Keyword <c>default</c>: the value cannot be walked, or the defaults grow without bound.</param>
    public static bool TryFill(
        JsonSchema schema, JsonElement instance, out JsonElement completed, [NotNullWhen(false)] out ValidationError? error)
    {
        completed = default;
        error = JsonTextGuard.FindProblem(instance) is { } problem ? new ValidationError(string.Empty, "default", problem) : null;
        if (error is not null)
        {
            return false;
        }

        if (!schema.HasDefaults)
        {
            completed = instance.Clone();
            return true;
        }

        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { MaxDepth = 2 * JsonTextGuard.MaxDepth }))
        {
            if (!new Filling(writer).TryWrite([schema.Root], instance, 0))
            {
                error = new ValidationError(
                    string.Empty, "default", $"must stay within {MaxDefaults} defaults, {MaxBytes} bytes and {JsonTextGuard.MaxDepth} levels when its defaults are filled in");
                return false;
            }
        }

        using var document = JsonDocument.Parse(output.WrittenMemory, new JsonDocumentOptions { MaxDepth = 2 * JsonTextGuard.MaxDepth });
        completed = document.RootElement.Clone();
        return true;
    }

    private sealed class Filling(Utf8JsonWriter writer)
    {
        /// <summary>Schemas whose default is being written: a default that contains itself is written once.</summary>
        private readonly HashSet<SchemaNode> _open = [];
        private int _filled;

        public bool TryWrite(List<SchemaNode> schemas, JsonElement value, int depth)
        {
            if (depth > JsonTextGuard.MaxDepth || writer.BytesCommitted + writer.BytesPending > MaxBytes)
            {
                return false;
            }

            if (schemas.Count == 0)
            {
                value.WriteTo(writer);
                return true;
            }

            var together = SchemaWalk.SameValue(schemas, sometimes: false);
            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    return TryWriteObject(together, value, depth);
                case JsonValueKind.Array:
                    return TryWriteArray(together, value, depth);
                default:
                    value.WriteTo(writer);
                    return true;
            }
        }

        private bool TryWriteObject(IReadOnlyCollection<SchemaNode> schemas, JsonElement value, int depth)
        {
            writer.WriteStartObject();
            var present = new HashSet<string>(StringComparer.Ordinal);
            foreach (var property in value.EnumerateObject())
            {
                present.Add(property.Name);
                writer.WritePropertyName(property.Name);
                if (!TryWrite(SchemaWalk.ForProperty(schemas, property.Name), property.Value, depth + 1))
                {
                    return false;
                }
            }

            foreach (var name in schemas.SelectMany(schema => schema.Properties.Keys).Where(present.Add))
            {
                if (!TryWriteDefault(SchemaWalk.ForProperty(schemas, name), name, depth))
                {
                    return false;
                }
            }

            writer.WriteEndObject();
            return true;
        }

        private bool TryWriteDefault(List<SchemaNode> schemas, string name, int depth)
        {
            var sources = SchemaWalk.SameValue(schemas, sometimes: false).Where(schema => schema.Default is not null).ToList();
            if (sources.Count == 0 || sources.Exists(_open.Contains)
                || sources.Any(source => !JsonEquality.Instance.Equals(source.Default!.Value, sources[0].Default!.Value)))
            {
                return true;
            }

            if (++_filled > MaxDefaults)
            {
                return false;
            }

            _open.UnionWith(sources);
            writer.WritePropertyName(name);
            var fits = TryWrite(schemas, sources[0].Default!.Value, depth + 1);
            _open.ExceptWith(sources);
            return fits;
        }

        private bool TryWriteArray(IReadOnlyCollection<SchemaNode> schemas, JsonElement value, int depth)
        {
            writer.WriteStartArray();
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                if (!TryWrite(SchemaWalk.ForItem(schemas, index++, sometimes: false), item, depth + 1))
                {
                    return false;
                }
            }

            writer.WriteEndArray();
            return true;
        }
    }
}
