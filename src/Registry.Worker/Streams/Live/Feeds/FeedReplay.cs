using Capns.Registry.Worker.Streams.Live.Events;

namespace Capns.Registry.Worker.Streams.Live.Feeds;

/// <summary>Brings a listener from a sequence on to what happens now (platform spec 4.6, 4.7: without gap or double).</summary>
/// <remarks>
/// What the feed does not remember is read from the store, which may not have it yet: progress is recorded up to a second
/// after it was told, and Redis may have lost it. So what is missing there is waited for, as a feed waits for it.
/// </remarks>
internal static class FeedReplay
{
    private const int PageSize = 100;

    /// <summary>Returns when the listener hears what happens.</summary>
    /// <param name="feed">Established.</param>
    /// <param name="listener">Its <see cref="IReplayListener.RoomAsync"/> sets the pace.</param>
    /// <param name="from">First sequence wanted.</param>
    /// <param name="stored">What the feed does not remember.</param>
    /// <param name="time">For waiting.</param>
    /// <param name="cancellationToken">Ends it; the listener may be half-way then.</param>
    public static async Task RunAsync(
        ExecutionFeed feed, IReplayListener listener, int from, IStoredEvents stored, TimeProvider time, CancellationToken cancellationToken)
    {
        var (next, patience) = (from, new GapPatience(time));
        while (true)
        {
            var step = feed.ReadOrJoin(listener, next, PageSize);
            if (step.Joined)
            {
                return;
            }

            if (step.Store is not { } kept)
            {
                next = await GiveAsync(listener, step.Events, next, isWhole: true, cancellationToken);
                continue;
            }

            var (after, waiting) = await FromStoreAsync(feed, listener, next, kept, stored, cancellationToken);
            if (after == next && patience.Next(next, waiting.Told) is { } pause)
            {
                await Task.Delay(pause, time, cancellationToken);
                continue;
            }

            next = after == next ? waiting.Sequence : after;
        }
    }

    /// <summary>Gives a page of the store up to the first gap.</summary>
    /// <returns>The sequence that comes next; and, when that is the one asked for, what waits for it.</returns>
    private static async Task<(int Next, KeptFrom Waiting)> FromStoreAsync(
        ExecutionFeed feed, IReplayListener listener, int next, KeptFrom kept, IStoredEvents stored, CancellationToken cancellationToken)
    {
        await listener.TurnAsync(cancellationToken);
        try
        {
            var page = await stored.ReadAsync(feed.ExecutionId, next, kept.Sequence, cancellationToken);
            var waiting = page.Count == 0 ? kept : new KeptFrom(page[0].Sequence, page[0].Timestamp);
            return (await GiveAsync(listener, page, next, isWhole: false, cancellationToken), waiting);
        }
        finally
        {
            listener.TurnEnds();
        }
    }

    private static async Task<int> GiveAsync(
        IReplayListener listener, IReadOnlyList<LiveEvent> page, int next, bool isWhole, CancellationToken cancellationToken)
    {
        foreach (var happened in page)
        {
            if (!isWhole && happened.Sequence != next)
            {
                break;
            }

            await listener.RoomAsync(cancellationToken);
            listener.Hear(happened);
            next = happened.Sequence + 1;
        }

        return next;
    }
}

/// <summary>A listener that can be too slow for a replay.</summary>
internal interface IReplayListener : IListener
{
    /// <summary>Returns when there is room for another event.</summary>
    ValueTask RoomAsync(CancellationToken cancellationToken);

    /// <summary>Returns when a page of the store may be held for it: a client in many rooms holds one at a time.</summary>
    ValueTask TurnAsync(CancellationToken cancellationToken) => RoomAsync(cancellationToken);

    /// <summary>The page is given, or given up. Called once for each <see cref="TurnAsync"/> that returned.</summary>
    void TurnEnds()
    {
    }
}
