using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Capns.Contracts.Json;

namespace Capns.Messaging.Inbound;

/// <summary>
/// MassTransit writes and reads member names without regard to case (platform spec 3.5, rule 3). This gives the members of a record the
/// names they have on the wire; what is inside free-form fields is the caller's own and stays as it is.
/// </summary>
internal static class MemberNames
{
    public static JsonElement Exact(JsonElement payload, Type? record)
    {
        if (record is null || payload.ValueKind != JsonValueKind.Object || IsExact(payload, record))
        {
            return payload;
        }

        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, payload, record);
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static bool IsExact(JsonElement value, Type type)
    {
        var info = Info(type);
        return info.Kind switch
        {
            JsonTypeInfoKind.Object when value.ValueKind == JsonValueKind.Object => value.EnumerateObject().All(member =>
                Property(info, member.Name) is not { } property
                || (property.Name == member.Name && IsExact(member.Value, property.PropertyType))),
            JsonTypeInfoKind.Enumerable when value.ValueKind == JsonValueKind.Array =>
                value.EnumerateArray().All(item => IsExact(item, info.ElementType!)),
            _ => true,
        };
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value, Type type)
    {
        var info = Info(type);
        if (info.Kind == JsonTypeInfoKind.Object && value.ValueKind == JsonValueKind.Object)
        {
            writer.WriteStartObject();
            foreach (var member in value.EnumerateObject())
            {
                var property = Property(info, member.Name);
                writer.WritePropertyName(property?.Name ?? member.Name);
                Write(writer, member.Value, property?.PropertyType ?? typeof(JsonElement));
            }

            writer.WriteEndObject();
        }
        else if (info.Kind == JsonTypeInfoKind.Enumerable && value.ValueKind == JsonValueKind.Array)
        {
            writer.WriteStartArray();
            foreach (var item in value.EnumerateArray())
            {
                Write(writer, item, info.ElementType!);
            }

            writer.WriteEndArray();
        }
        else
        {
            value.WriteTo(writer);
        }
    }

    private static JsonTypeInfo Info(Type type) => WireJson.Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);

    private static JsonPropertyInfo? Property(JsonTypeInfo info, string name) =>
        info.Properties.FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
