using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Capns.Contracts.Json;

namespace Capns.Messaging.Inbound;

/// <summary>A field of a payload that cannot be read.</summary>
/// <param name="Path">JSON Pointer, e.g. <c>/retryPolicy/maxAttempts</c>.</param>
/// <param name="Keyword"><c>type</c> or <c>required</c>.</param>
/// <param name="Message">Text for people: the field, what it is and what it must be.</param>
public sealed record PayloadError(string Path, string Keyword, string Message);

/// <summary>Reads payloads into records of Capns.Contracts, strictly (platform spec 3.5, rule 4).</summary>
public static class PayloadReader
{
    private const int MostErrors = 50;

    /// <summary>Reads a payload. Wrong types and missing required fields are all found and named; unknown members are counted and ignored.</summary>
    /// <param name="payload">A JSON object.</param>
    /// <param name="value">The record, when true is returned.</param>
    /// <param name="errors">At most 50; empty when true is returned.</param>
    public static bool TryRead<T>(JsonElement payload, out T? value, out IReadOnlyList<PayloadError> errors)
        where T : class
    {
        var check = new Check();
        check.Value(payload, typeof(T), "");
        BusMeter.UnknownFieldsSeen(Outbound.OutboundDocuments.NameOf(typeof(T)), check.Unknown);
        errors = check.Errors;
        value = check.Errors.Count == 0 ? payload.Deserialize<T>(WireJson.Options) : null;
        return value is not null;
    }

    private sealed class Check
    {
        public List<PayloadError> Errors { get; } = [];

        public int Unknown { get; private set; }

        public void Value(JsonElement value, Type type, string path)
        {
            if (Errors.Count >= MostErrors)
            {
                return;
            }

            var info = WireJson.Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
            switch (info.Kind)
            {
                case JsonTypeInfoKind.Object when value.ValueKind == JsonValueKind.Object:
                    Members(value, info, path);
                    break;
                case JsonTypeInfoKind.Enumerable when value.ValueKind == JsonValueKind.Array:
                    Elements(value, info.ElementType!, path);
                    break;
                case JsonTypeInfoKind.Dictionary when value.ValueKind == JsonValueKind.Object:
                    Entries(value, info.ElementType!, path);
                    break;
                case JsonTypeInfoKind.None:
                    Leaf(value, info.Type, path);
                    break;
                default:
                    Wrong(value, info, path);
                    break;
            }
        }

        private void Members(JsonElement value, JsonTypeInfo info, string path)
        {
            foreach (var property in info.Properties)
            {
                var here = $"{path}/{Escape(property.Name)}";
                var given = value.TryGetProperty(property.Name, out var member) && member.ValueKind != JsonValueKind.Null;
                if (given)
                {
                    Value(member, property.PropertyType, here);
                }
                else if (property.IsRequired && (member.ValueKind == JsonValueKind.Undefined || property.PropertyType != typeof(JsonElement)))
                {
                    Errors.Add(new PayloadError(here, "required", $"{property.Name} is required."));
                }
                else if (member.ValueKind == JsonValueKind.Null && property.PropertyType is { IsValueType: true } type
                    && type != typeof(JsonElement) && Nullable.GetUnderlyingType(type) is null)
                {
                    Wrong(member, here, Expectation(type));
                }
            }

            foreach (var member in value.EnumerateObject())
            {
                Unknown += info.Properties.Any(property => property.Name == member.Name) ? 0 : 1;
            }
        }

        private void Elements(JsonElement value, Type element, string path)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                Value(item, element, $"{path}/{index++}");
            }
        }

        private void Entries(JsonElement value, Type element, string path)
        {
            foreach (var entry in value.EnumerateObject())
            {
                Value(entry.Value, element, $"{path}/{Escape(entry.Name)}");
            }
        }

        private void Leaf(JsonElement value, Type type, string path)
        {
            try
            {
                if (value.Deserialize(type, WireJson.Options) is not null || value.ValueKind == JsonValueKind.Null && type == typeof(object))
                {
                    return;
                }

                Wrong(value, path, Expectation(type));
            }
            catch (JsonException failure)
            {
                // Messages of our own converters start with "must"; the others speak of .NET types.
                Wrong(value, path, failure.Message.StartsWith("must be ", StringComparison.Ordinal)
                    ? failure.Message["must be ".Length..]
                    : Expectation(type));
            }
        }

        private void Wrong(JsonElement value, JsonTypeInfo info, string path) =>
            Wrong(value, path, info.Kind == JsonTypeInfoKind.Enumerable ? "an array" : "an object");

        private void Wrong(JsonElement value, string path, string expectation)
        {
            var field = path.Length == 0 ? "The payload" : Field(path);
            Errors.Add(new PayloadError(path, "type", $"{field} must be {expectation}, but is {Shown(value)}."));
        }

        // "maxAttempts" of /retryPolicy/maxAttempts, "retryOn[1]" of /retryPolicy/retryOn/1.
        private static string Field(string path)
        {
            var parts = path.Split('/');
            return int.TryParse(parts[^1], out _) && parts.Length > 2 ? $"{parts[^2]}[{parts[^1]}]" : parts[^1];
        }

        private static string Expectation(Type type) => type switch
        {
            _ when type == typeof(string) => "a string",
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(Guid) => "a UUID",
            _ when type == typeof(int) => $"a whole number from {int.MinValue} to {int.MaxValue}",
            _ when type == typeof(long) => "a whole number",
            _ when type == typeof(double) || type == typeof(decimal) => "a number",
            { IsEnum: true } => "one of " + string.Join(", ", Enum.GetNames(type).Where(name => name != "Unknown").Select(JsonNamingPolicy.KebabCaseLower.ConvertName)),
            _ => "a value of the documented type",
        };

        private static string Shown(JsonElement value)
        {
            const int Longest = 60;
            var text = value.GetRawText();
            return value.ValueKind is JsonValueKind.Object or JsonValueKind.Array || text.Length > Longest ? InboundBody.Kind(value) : text;
        }

        private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
    }
}
