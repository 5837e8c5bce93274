using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts.Json;

namespace Capns.Registry.Worker.Streams.Live.Events;

/// <summary>Writes what goes to watchers as JSON.</summary>
internal static class LiveJson
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = WireJson.MaxDepth };

    /// <summary><c>{type, room, data: {type, …payload}}</c>; the payload is copied as it is.</summary>
    public static byte[] Event(string type, string room, string name, ReadOnlySpan<byte> payload)
    {
        var head = JsonSerializer.SerializeToUtf8Bytes(new { type, room, data = new { type = name } }, WireJson.Options);
        var isEmpty = payload[1..].TrimStart(" "u8)[0] == (byte)'}';
        // The head ends with }}: the payload's members come before them.
        return [.. head.AsSpan(0, head.Length - 2), .. isEmpty ? ""u8 : ","u8, .. payload[1..], (byte)'}'];
    }

    /// <summary><c>{type, id?, data?}</c>.</summary>
    public static byte[] Message(string type, string? id, object? data) => JsonSerializer.SerializeToUtf8Bytes(new { type, id, data }, WireJson.Options);

    /// <summary>A payload without some of its members.</summary>
    public static byte[] Without(ReadOnlySpan<byte> payload, Withheld members)
    {
        var node = Parse(payload);
        Remove(node, members, Withheld.Result, "result");
        Remove(node, members, Withheld.PartialResult, "partialResult");
        Remove(node, members, Withheld.Log, "log");
        return Write(node);
    }

    /// <summary>For changing it.</summary>
    public static JsonObject Parse(ReadOnlySpan<byte> payload) => JsonNode.Parse(payload, documentOptions: Reading)!.AsObject();

    /// <summary>On one line.</summary>
    public static byte[] Write(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = WireJson.Options.Encoder }))
        {
            node.WriteTo(writer, WireJson.Options);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Remove(JsonObject node, Withheld members, Withheld member, string name)
    {
        if (members.HasFlag(member))
        {
            node.Remove(name);
        }
    }
}
