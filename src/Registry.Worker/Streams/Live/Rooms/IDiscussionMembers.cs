namespace Capns.Registry.Worker.Streams.Live.Rooms;

/// <summary>Asks the discussion service who takes part (platform spec 4.7). Thread-safe.</summary>
internal interface IDiscussionMembers
{
    /// <summary>False also when nobody can be asked: no answer lets nobody in.</summary>
    ValueTask<bool> HasAsync(string discussionId, string userId, CancellationToken cancellationToken);
}
