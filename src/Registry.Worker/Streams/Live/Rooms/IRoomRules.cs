using Capns.Access;

namespace Capns.Registry.Worker.Streams.Live.Rooms;

/// <summary>Who may join which room (platform spec 4.7). Thread-safe.</summary>
internal interface IRoomRules
{
    /// <summary>Asks for several rooms at once: one look-up serves all executions.</summary>
    /// <returns>An answer for each room, in their order.</returns>
    ValueTask<IReadOnlyList<RoomAnswer>> AskAsync(Caller caller, IReadOnlyList<RoomName> rooms, CancellationToken cancellationToken);
}

/// <summary>Whether somebody may join a room, and what it sees there.</summary>
internal enum RoomAnswer
{
    /// <summary>There is no such execution.</summary>
    NotFound = 0,

    NotAllowed = 1,

    /// <summary>Everything but results that are not shared.</summary>
    AsMember = 2,

    /// <summary>Everything.</summary>
    InFull = 3,
}
