using System.Diagnostics.CodeAnalysis;
using System.Text;
using Capns.Contracts;
using Capns.Registry.Worker.Streams.Live.Sockets;

namespace Capns.Registry.Worker.Streams.Live.Events;

/// <summary>One event as watchers get it: read once, and each of its frames made once, for all of them. Thread-safe.</summary>
/// <remarks>Made by <see cref="LiveEventReader"/>.</remarks>
internal sealed class LiveEvent
{
    private readonly byte[]?[] _frames = new byte[]?[Enum.GetValues<EventShape>().Length];
    private ReadOnlyMemory<byte>? _withheld;

    public LiveEvent()
    {
    }

    // Without its frames: they name the room.
    [SetsRequiredMembers]
    private LiveEvent(LiveEvent other)
    {
        (Name, Id, Payload, ExecutionId, Sequence, Timestamp) = (other.Name, other.Id, other.Payload, other.ExecutionId, other.Sequence, other.Timestamp);
        (Level, AgentId, UserId, RequestedBy) = (other.Level, other.AgentId, other.UserId, other.RequestedBy);
        (State, Kind, LogStream, Withholds) = (other.State, other.Kind, other.LogStream, other.Withholds);
    }

    /// <summary>Event name, e.g. <c>tool.execution.progress</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Id of the document; absent for what was read from the event log.</summary>
    public string? Id { get; init; }

    /// <summary>JSON object on one line, UTF-8.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Absent: it is about no execution.</summary>
    public Guid? ExecutionId { get; init; }

    /// <summary>1 and up; 0 for events that are not numbered.</summary>
    public int Sequence { get; init; }

    public DateTimeOffset? Timestamp { get; init; }

    public SecurityLevel Level { get; init; }

    /// <summary>Absent: none, or the event does not name it, as those of approvals; <see cref="Of"/> does.</summary>
    public string? DiscussionId { get; init; }

    public string? AgentId { get; init; }

    public string? UserId { get; init; }

    public string? RequestedBy { get; init; }

    /// <summary>State of the execution after the event, as on the wire.</summary>
    public string? State { get; init; }

    /// <summary>Kind of a progress event.</summary>
    public string? Kind { get; init; }

    /// <summary><c>stdout</c> or <c>stderr</c> of a log event.</summary>
    public string? LogStream { get; init; }

    /// <summary>What members of a discussion do not see (platform spec 4.3, 4.7).</summary>
    public Withheld Withholds { get; init; }

    /// <summary>The last event of its execution.</summary>
    public bool IsFinal => State is "completed" or "failed" or "cancelled" or "rejected" or "expired";

    /// <summary>May be merged with its like for a watcher that is too slow (platform spec 4.7): it changes no state.</summary>
    public bool IsMergeable => Kind is "progress" or "log" or "partial" or "heartbeat";

    /// <summary>Type of the frame.</summary>
    public string FrameType => Name switch
    {
        _ when Name.StartsWith("tool.execution.", StringComparison.Ordinal) => "execution.event",
        _ when Name.StartsWith("tool.approval.", StringComparison.Ordinal) => "approval.event",
        _ when Name.StartsWith("tool.workflow.", StringComparison.Ordinal) => "workflow.event",
        _ when Name.StartsWith("tool.", StringComparison.Ordinal) => "tool.event",
        _ => "announcement",
    };

    /// <summary>The same as an event of a discussion that it does not name itself.</summary>
    /// <param name="discussionId">Null: it is of none.</param>
    public LiveEvent Of(string? discussionId) => discussionId is null || DiscussionId is not null ? this : new LiveEvent(this) { DiscussionId = discussionId };

    /// <summary>The bytes that go to every watcher of one kind. Not to be changed.</summary>
    public ReadOnlyMemory<byte> Frame(EventShape shape) => _frames[(int)shape] ??= Make(shape);

    private byte[] Make(EventShape shape) => shape switch
    {
        EventShape.Stream => AsServerSentEvent(Payload.Span),
        EventShape.StreamOfMember => AsServerSentEvent(PayloadOfMember().Span),
        EventShape.Execution => AsFrame($"execution:{ExecutionId}", Payload.Span),
        EventShape.ExecutionOfMember => AsFrame($"execution:{ExecutionId}", PayloadOfMember().Span),
        EventShape.Discussion => AsFrame($"discussion:{DiscussionId}", PayloadOfMember().Span),
        EventShape.Broadcast => AsFrame("broadcast", Payload.Span),
        _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "Unknown shape."),
    };

    private byte[] AsFrame(string room, ReadOnlySpan<byte> payload) => ServerFrame.Text(LiveJson.Event(FrameType, room, Name, payload));

    private byte[] AsServerSentEvent(ReadOnlySpan<byte> payload) =>
        [.. Encoding.UTF8.GetBytes($"id: {Sequence}\nevent: {Name}\ndata: "), .. payload, .. "\n\n"u8];

    private ReadOnlyMemory<byte> PayloadOfMember() => _withheld ??= Withholds == Withheld.Nothing ? Payload : LiveJson.Without(Payload.Span, Withholds);
}

/// <summary>How an event looks to one kind of watcher.</summary>
internal enum EventShape
{
    /// <summary>WebSocket, room of the execution, everything.</summary>
    Execution = 0,

    /// <summary>The same for somebody who is only a member of its discussion.</summary>
    ExecutionOfMember = 1,

    /// <summary>WebSocket, room of the discussion.</summary>
    Discussion = 2,

    /// <summary>WebSocket, room of everybody.</summary>
    Broadcast = 3,

    /// <summary>Server-sent event, everything.</summary>
    Stream = 4,

    /// <summary>Server-sent event for a member of the discussion.</summary>
    StreamOfMember = 5,
}

/// <summary>Members of a payload that not everybody sees.</summary>
[Flags]
internal enum Withheld
{
    Nothing = 0,
    Result = 1,
    PartialResult = 2,
    Log = 4,
}
