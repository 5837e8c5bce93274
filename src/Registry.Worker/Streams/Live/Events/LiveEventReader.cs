using System.Text;
using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Json;

namespace Capns.Registry.Worker.Streams.Live.Events;

/// <summary>Reads events from documents (bus, Redis) and from rows of the event log.</summary>
internal static class LiveEventReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = WireJson.MaxDepth };

    /// <summary>Reads a document of platform spec 3.6.</summary>
    /// <returns>Null: it is none. Nobody but the platform writes them, so that is worth no more than a log line.</returns>
    public static LiveEvent? FromDocument(ReadOnlyMemory<byte> document)
    {
        try
        {
            return Read(document);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Reads a row.</summary>
    public static LiveEvent FromLog(string name, string payload) => Describe(name, null, OneLine(Encoding.UTF8.GetBytes(payload)));

    private static LiveEvent? Read(ReadOnlyMemory<byte> document)
    {
        var reader = new Utf8JsonReader(document.Span, Options);
        string? name = null;
        string? id = null;
        ReadOnlyMemory<byte>? payload = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                name = Text(ref reader);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                id = Text(ref reader);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                var isObject = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
                payload = isObject ? document[start..(int)reader.BytesConsumed] : null;
            }
            else
            {
                reader.Skip();
            }
        }

        return name is not null && payload is { } found ? Describe(name, id, OneLine(found)) : null;
    }

    private static LiveEvent Describe(string name, string? id, ReadOnlyMemory<byte> payload)
    {
        var facts = new Facts();
        var reader = new Utf8JsonReader(payload.Span, Options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadMember(ref reader, ref facts);
        }

        return new LiveEvent
        {
            Name = name,
            Id = id,
            Payload = payload,
            ExecutionId = facts.ExecutionId,
            Sequence = IsNumbered(name) ? facts.Sequence : 0,
            Timestamp = facts.Timestamp ?? facts.OtherTime,
            Level = Level(facts.Level),
            DiscussionId = facts.DiscussionId,
            AgentId = facts.AgentId,
            UserId = facts.UserId,
            RequestedBy = facts.RequestedBy,
            State = facts.State,
            Kind = facts.Kind,
            LogStream = facts.LogStream,
            Withholds = Withholds(facts),
        };
    }

    // One row of numbers for an execution: those of its approval are among them (ADR 15).
    private static bool IsNumbered(string name) =>
        name.StartsWith("tool.execution.", StringComparison.Ordinal) || name.StartsWith("tool.approval.", StringComparison.Ordinal);

    private static void ReadMember(ref Utf8JsonReader reader, ref Facts facts)
    {
        switch (reader.GetString())
        {
            case "executionId":
                facts.ExecutionId = Guid.TryParse(Text(ref reader), out var id) ? id : null;
                break;
            case "sequence":
                reader.Read();
                facts.Sequence = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var sequence) ? sequence : 0;
                break;
            case "timestamp":
                facts.Timestamp = Time(ref reader);
                break;
            // Events of approvals have no other time.
            case "createdAt" or "decidedAt":
                facts.OtherTime = Time(ref reader);
                break;
            case "securityLevel":
                facts.Level = Text(ref reader);
                break;
            case "discussionId":
                facts.DiscussionId = Text(ref reader);
                break;
            case "agentId":
                facts.AgentId = Text(ref reader);
                break;
            case "userId":
                facts.UserId = Text(ref reader);
                break;
            case "requestedBy":
                facts.RequestedBy = Text(ref reader);
                break;
            case "state":
                facts.State = Text(ref reader);
                break;
            case "kind":
                facts.Kind = Text(ref reader);
                break;
            case "shareResults":
                reader.Read();
                facts.Shared = reader.TokenType == JsonTokenType.True;
                break;
            case "result":
                facts.Has |= Withheld.Result;
                reader.Skip();
                break;
            case "partialResult":
                facts.Has |= Withheld.PartialResult;
                reader.Skip();
                break;
            case "log":
                facts.Has |= Withheld.Log;
                facts.LogStream = StreamOf(ref reader);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    // Logs of the two higher levels do not travel on the bus either (platform spec 3.13).
    private static Withheld Withholds(Facts facts)
    {
        var kept = Withheld.PartialResult;
        kept |= facts.Shared ? Withheld.Nothing : Withheld.Result;
        kept |= Level(facts.Level) is SecurityLevel.Safe or SecurityLevel.Moderate ? Withheld.Nothing : Withheld.Log;
        return facts.Has & kept;
    }

    private static SecurityLevel Level(string? word) => word switch
    {
        "safe" => SecurityLevel.Safe,
        "moderate" => SecurityLevel.Moderate,
        "restricted" => SecurityLevel.Restricted,
        "dangerous" => SecurityLevel.Dangerous,
        _ => SecurityLevel.Unknown,
    };

    private static string? StreamOf(ref Utf8JsonReader reader)
    {
        string? stream = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("stream"u8))
            {
                stream = Text(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return stream;
    }

    private static DateTimeOffset? Time(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.TryGetDateTimeOffset(out var time) ? time : null;
        }

        reader.Skip();
        return null;
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString();
        }

        reader.Skip();
        return null;
    }

    // A line feed can only stand between members here: inside texts JSON escapes it.
    private static ReadOnlyMemory<byte> OneLine(ReadOnlyMemory<byte> payload) =>
        payload.Span.IndexOfAny((byte)'\n', (byte)'\r') < 0 ? payload : LiveJson.Write(LiveJson.Parse(payload.Span));

    private struct Facts
    {
        public Guid? ExecutionId;
        public int Sequence;
        public DateTimeOffset? Timestamp;
        public DateTimeOffset? OtherTime;
        public string? Level;
        public string? DiscussionId;
        public string? AgentId;
        public string? UserId;
        public string? RequestedBy;
        public string? State;
        public string? Kind;
        public string? LogStream;
        public bool Shared;
        public Withheld Has;
    }
}
