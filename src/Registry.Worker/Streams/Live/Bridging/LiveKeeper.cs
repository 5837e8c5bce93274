using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Streams.Live.Feeds;
using IRedis = Capns.Hosting.Redis.IRedis;

namespace Capns.Registry.Worker.Streams.Live.Bridging;

/// <summary>Brings the rooms what Redis did not: from PostgreSQL, all the time while Redis is away, now and then otherwise.</summary>
internal sealed partial class LiveKeeper(
    LiveHub hub, LiveChannels channels, IStoredEvents stored, StoredEvents log, IRedis redis, TimeProvider time, ILogger<LiveKeeper> logger) : BackgroundService
{
    /// <summary>Between two looks while Redis is away.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>The same while it is there: it loses a message only when a connection breaks.</summary>
    public static readonly TimeSpan CalmInterval = TimeSpan.FromSeconds(5);

    /// <summary>Recorded events can be this old when they are committed.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(3);

    /// <summary>Feeds of one query: their payloads are in memory together.</summary>
    private const int FeedsAtOnce = 50;

    private DateTimeOffset _awayAt = time.GetUtcNow();
    private DateTimeOffset _lookedAt = time.GetUtcNow();

    /// <summary>One look.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (redis.IsAvailable)
        {
            await channels.RepairAsync();
        }
        else
        {
            _awayAt = now;
        }

        // Also for a while after its return: what was said in between has not come.
        var isAway = now - _awayAt < CalmInterval;
        if (!isAway && now - _lookedAt < CalmInterval)
        {
            return;
        }

        foreach (var feeds in hub.Open.Chunk(FeedsAtOnce))
        {
            foreach (var happened in await stored.SinceAsync(feeds, cancellationToken))
            {
                hub.Offer(happened);
            }
        }

        if (hub.Discussions is { Count: > 0 } discussions)
        {
            foreach (var happened in await log.OfDiscussionsAsync([.. discussions], _lookedAt - Overlap, cancellationToken))
            {
                hub.Offer(happened);
            }
        }

        _lookedAt = now;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // A bug is told each time; an outage of the database is told by others.
                if (DatabaseFaults.Of(exception) != DatabaseFault.Outage)
                {
                    LogFailed(exception);
                }
            }
        }
    }

    [LoggerMessage(EventId = 3606, Level = LogLevel.Error, Message = "Live rooms could not be brought up to date")]
    private partial void LogFailed(Exception exception);
}
