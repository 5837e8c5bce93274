using System.Diagnostics;
using Capns.Hosting.Redis;

namespace Capns.Hosting.Health;

/// <summary>Redis: a round trip. Never required; disabled when not configured.</summary>
internal sealed class RedisPart(IRedis redis) : IHealthPart
{
    public string Name => "redis";

    public string Section => "database/redis";

    public bool Required => false;

    public async Task<PartReport> MeasureAsync(CancellationToken cancellationToken)
    {
        if (!redis.IsEnabled)
        {
            return PartReport.Disabled;
        }

        var started = Stopwatch.GetTimestamp();
        await redis.ExecuteAsync("PING");
        return PartReport.Connected(Stopwatch.GetElapsedTime(started));
    }
}
