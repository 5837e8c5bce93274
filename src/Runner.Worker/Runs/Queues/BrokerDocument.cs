using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Messaging.Outbound;

namespace Capns.Runner.Worker.Runs.Queues;

/// <summary>Reads internal messages: outbound documents whose <c>type</c> is the record's name (platform spec 3.6).</summary>
internal static class BrokerDocument
{
    /// <summary>Reads one.</summary>
    /// <param name="body">UTF-8 JSON.</param>
    /// <param name="message">The record, when true is returned.</param>
    /// <param name="reason">One of the words of platform spec 3.11, rule 2, when false is returned.</param>
    public static bool TryRead<T>(ReadOnlySpan<byte> body, [NotNullWhen(true)] out T? message, [NotNullWhen(false)] out string? reason)
        where T : class
    {
        message = null;
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = WireJson.MaxDepth });
            var document = JsonElement.ParseValue(ref reader);
            if (document.ValueKind != JsonValueKind.Object)
            {
                reason = "not-an-object";
                return false;
            }

            if (!document.TryGetProperty("type", out var type)
                || type.ValueKind != JsonValueKind.String
                || type.GetString() != OutboundDocuments.NameOf(typeof(T))
                || !document.TryGetProperty("data", out var data))
            {
                reason = "unknown-type";
                return false;
            }

            message = data.Deserialize<T>(WireJson.Options);
            reason = message is null ? "not-an-object" : null;
            return message is not null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            reason = "not-json";
            return false;
        }
    }
}
