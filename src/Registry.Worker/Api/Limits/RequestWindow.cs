using System.Collections.Concurrent;
using Capns.Hosting.Redis;
using StackExchange.Redis;

namespace Capns.Registry.Worker.Api.Limits;

/// <summary>Counts hits in fixed windows: in Redis for all instances together, in this process while Redis is off or away (platform spec 9.2). Thread-safe.</summary>
internal sealed partial class RequestWindow(Hosting.Redis.IRedis redis, TimeProvider time, ILogger<RequestWindow> logger)
{
    // Platform spec 9.2, as it stands there.
    private const string Hit = """
        local n = redis.call('INCR', KEYS[1])
        local ttl = redis.call('PTTL', KEYS[1])
        if n == 1 or ttl < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]); ttl = tonumber(ARGV[1]) end
        if n > tonumber(ARGV[2]) then return {0, n, ttl} end
        return {1, n, ttl}
        """;

    /// <summary>Windows of this process that are kept before those that are over are cleared away.</summary>
    private const int SweepAbove = 10_000;

    private readonly ConcurrentDictionary<string, Local> _local = new(StringComparer.Ordinal);

    /// <summary>Takes one hit.</summary>
    /// <param name="key">Key in Redis.</param>
    /// <param name="limit">Most hits of a window.</param>
    /// <param name="window">Its length; it opens with the first hit.</param>
    public async ValueTask<WindowState> TakeAsync(string key, int limit, TimeSpan window)
    {
        if (redis.IsAvailable)
        {
            try
            {
                var answer = (RedisResult[])(await redis.EvaluateAsync(Hit, [key], [(long)window.TotalMilliseconds, limit]))!;
                return new WindowState((long)answer[1], limit, TimeSpan.FromMilliseconds((long)answer[2]));
            }
            catch (Exception exception) when (exception is RedisAwayException or RedisException)
            {
                LogLocal(exception.Message);
            }
        }

        return TakeLocally(key, limit, window);
    }

    private WindowState TakeLocally(string key, int limit, TimeSpan window)
    {
        var now = time.GetUtcNow();
        if (_local.Count > SweepAbove)
        {
            foreach (var over in _local.Where(entry => entry.Value.End <= now))
            {
                _local.TryRemove(over);
            }
        }

        var state = _local.AddOrUpdate(
            key,
            _ => new Local(1, now + window),
            (_, known) => known.End <= now ? new Local(1, now + window) : known with { Hits = known.Hits + 1 });
        return new WindowState(state.Hits, limit, state.End - now);
    }

    [LoggerMessage(EventId = 3402, Level = LogLevel.Warning, Message = "Requests are counted in this process only: {Reason}")]
    private partial void LogLocal(string reason);

    private sealed record Local(long Hits, DateTimeOffset End);
}

/// <summary>A window after a hit.</summary>
/// <param name="Hits">This one included.</param>
/// <param name="Limit">Most that are let through.</param>
/// <param name="Left">Until the window is over.</param>
internal readonly record struct WindowState(long Hits, int Limit, TimeSpan Left)
{
    public bool Allowed => Hits <= Limit;

    public long Remaining => Math.Max(0, Limit - Hits);

    /// <summary>Whole seconds, rounded up, as headers have it.</summary>
    public long ResetSeconds => Math.Max(1, (long)Math.Ceiling(Left.TotalSeconds));
}
