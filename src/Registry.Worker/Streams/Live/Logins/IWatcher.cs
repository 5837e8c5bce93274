using Capns.Access;
using Capns.Registry.Worker.Streams.Live.Rooms;

namespace Capns.Registry.Worker.Streams.Live.Logins;

/// <summary>Somebody who watches, by a login that may end before its time. Thread-safe.</summary>
internal interface IWatcher
{
    /// <summary>What it logged in with; null: it has not yet. Stays in memory.</summary>
    string? Credential { get; }

    /// <summary>Where it is.</summary>
    IReadOnlyCollection<RoomName> Rooms { get; }

    /// <summary>The login holds: from now on with these rights.</summary>
    /// <param name="credential">Which was read again; another one has come meanwhile when it is not <see cref="Credential"/>.</param>
    /// <param name="caller">With the rights of now.</param>
    /// <param name="answers">What it may see now in the rooms in which it was.</param>
    ValueTask StandAsync(string credential, Caller caller, IReadOnlyDictionary<RoomName, RoomAnswer> answers);

    /// <summary>The login does not hold any more: revoked, or its account is gone.</summary>
    /// <param name="credential">As for <see cref="StandAsync"/>.</param>
    void Fall(string credential);
}
