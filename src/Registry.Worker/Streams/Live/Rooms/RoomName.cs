using System.Diagnostics.CodeAnalysis;

namespace Capns.Registry.Worker.Streams.Live.Rooms;

/// <summary>A room of platform spec 4.7: <c>execution:&lt;id&gt;</c>, <c>discussion:&lt;id&gt;</c> or <c>broadcast</c>.</summary>
internal sealed record RoomName
{
    /// <summary>Longest id of a discussion, in characters (platform spec 3.12).</summary>
    public const int MaxId = 128;

    private RoomName(RoomKind kind, string text)
    {
        Kind = kind;
        Text = text;
    }

    /// <summary>The room of everybody.</summary>
    public static RoomName Broadcast { get; } = new(RoomKind.Broadcast, "broadcast");

    public RoomKind Kind { get; }

    /// <summary>As on the wire.</summary>
    public string Text { get; }

    /// <summary>For the kind <see cref="RoomKind.Execution"/>.</summary>
    public Guid ExecutionId { get; private init; }

    /// <summary>For the kind <see cref="RoomKind.Discussion"/>.</summary>
    public string DiscussionId { get; private init; } = "";

    public static RoomName OfExecution(Guid id) => new(RoomKind.Execution, $"execution:{id}") { ExecutionId = id };

    public static RoomName OfDiscussion(string id) => new(RoomKind.Discussion, $"discussion:{id}") { DiscussionId = id };

    /// <summary>Reads a name.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out RoomName? room)
    {
        room = text?.Split(':', 2) switch
        {
            ["broadcast"] => Broadcast,
            ["execution", var id] when Guid.TryParseExact(id, "D", out var execution) => OfExecution(execution),
            ["discussion", { Length: > 0 and <= MaxId } id] when !id.Any(char.IsControl) => OfDiscussion(id),
            _ => null,
        };
        return room is not null;
    }

    public override string ToString() => Text;
}

/// <summary>Kinds of rooms.</summary>
internal enum RoomKind
{
    Execution = 0,
    Discussion = 1,
    Broadcast = 2,
}
