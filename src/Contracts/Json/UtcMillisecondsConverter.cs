using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Capns.Contracts.Json;

/// <summary>Times as ISO 8601 UTC text with milliseconds, e.g. <c>2026-03-02T09:15:00.310Z</c> (platform spec, introduction).</summary>
internal sealed class UtcMillisecondsConverter : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        return reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var value)
            ? value.ToUniversalTime()
            : throw new JsonException("must be an ISO 8601 time, e.g. 2026-03-02T09:15:00.310Z");
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture));
}
