using System.Buffers;
using System.Text;
using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Hosting.Secrets;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Approvals.Asking;

/// <summary>
/// The parameters as approvers see them: without secrets, long texts cut, all of it within a bound (platform spec 3.23). Pure.
/// </summary>
internal static class ApprovalPreview
{
    /// <summary>Longest text that is shown whole, in characters.</summary>
    public const int MaxText = 2000;

    /// <summary>Bytes of all that is shown; a parameter for which there is no room is told by its size.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>
    /// Of parameters whose secret fields are redacted already. Absent ones hold a credential in the open: nothing of them is shown.
    /// </summary>
    public static string Of(JsonElement? stored)
    {
        if (stored is not { ValueKind: JsonValueKind.Object } parameters)
        {
            return "{}";
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer,
            new JsonWriterOptions { Encoder = WireJson.Options.Encoder, MaxDepth = WireJson.MaxDepth }))
        {
            writer.WriteStartObject();
            foreach (var property in Redactor.Patterns.Redact(parameters).EnumerateObject())
            {
                var shown = Short(property.Value);
                var fits = writer.BytesCommitted + writer.BytesPending + property.Name.Length + shown.Length <= MaxBytes;
                writer.WritePropertyName(property.Name);
                writer.WriteRawValue(fits ? shown : JsonSerializer.SerializeToUtf8Bytes($"({shown.Length} bytes)"));
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static byte[] Short(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer,
            new JsonWriterOptions { Encoder = WireJson.Options.Encoder, MaxDepth = WireJson.MaxDepth }))
        {
            Write(value, writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(property.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(item, writer);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String when value.GetString() is { Length: > MaxText } text:
                writer.WriteStringValue($"{Preview.Cut(text, MaxText)} ({Preview.Characters(text)} characters)");
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
