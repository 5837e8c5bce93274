using System.Collections.Concurrent;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Streams.Live.Events;

namespace Capns.Registry.Worker.Streams.Live.Feeds;

/// <summary>Looks for events that are missing between others, and gives up what does not come. Thread-safe.</summary>
internal sealed partial class GapFiller(IStoredEvents stored, TimeProvider time, ILogger<GapFiller> logger)
{
    private readonly ConcurrentDictionary<object, bool> _running = new();

    /// <summary>Starts looking, unless somebody looks already. Returns at once.</summary>
    /// <param name="key">Where the gap is.</param>
    /// <param name="gap">The gap as it is now; null: there is none.</param>
    /// <param name="offer">Takes what was found.</param>
    /// <param name="giveUp">Goes on without.</param>
    public void Fill(object key, Func<FeedGap?> gap, Action<LiveEvent> offer, Action giveUp)
    {
        if (_running.TryAdd(key, true))
        {
            _ = Task.Run(async () =>
            {
                await FillAsync(gap, offer, giveUp);
                _running.TryRemove(key, out _);
                // One may have opened after the last look and before this one was out of the way.
                if (gap() is not null)
                {
                    Fill(key, gap, offer, giveUp);
                }
            });
        }
    }

    private async Task FillAsync(Func<FeedGap?> gap, Action<LiveEvent> offer, Action giveUp)
    {
        var patience = new GapPatience(time);
        while (gap() is { } open)
        {
            var looked = await TryReadAsync(open, offer);
            if (gap() is not { } still || still.From != open.From)
            {
                continue;
            }

            var pause = patience.Next(still.From, still.Waiting.Timestamp);
            if (looked && pause is null)
            {
                LogGivenUp(still.From, still.Waiting.Sequence - 1, still.Waiting.ExecutionId);
                giveUp();
                continue;
            }

            await Task.Delay(pause ?? GapPatience.LongestPause, time);
        }
    }

    private async Task<bool> TryReadAsync(FeedGap gap, Action<LiveEvent> offer)
    {
        try
        {
            foreach (var found in await stored.ReadAsync(gap.Waiting.ExecutionId!.Value, gap.From, gap.Waiting.Sequence, CancellationToken.None))
            {
                offer(found);
            }

            return true;
        }
        catch (Exception exception)
        {
            // What cannot be read now may be read later; a bug must not hold the watchers up for ever.
            var isOutage = DatabaseFaults.Of(exception) == DatabaseFault.Outage;
            if (!isOutage)
            {
                LogFailed(exception, gap.Waiting.ExecutionId);
            }

            return !isOutage;
        }
    }

    [LoggerMessage(EventId = 3604, Level = LogLevel.Error, Message = "Missing events of execution {ExecutionId} cannot be read")]
    private partial void LogFailed(Exception exception, Guid? executionId);

    [LoggerMessage(EventId = 3603, Level = LogLevel.Debug, Message = "Events {First} to {Last} of execution {ExecutionId} did not come and are left out")]
    private partial void LogGivenUp(int first, int last, Guid? executionId);
}
