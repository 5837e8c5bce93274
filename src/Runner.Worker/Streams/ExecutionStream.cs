using Capns.Hosting.Redis;
using Capns.Runner.Worker.Runs;
using StackExchange.Redis;
using IRedis = Capns.Hosting.Redis.IRedis;

namespace Capns.Runner.Worker.Streams;

/// <summary>
/// The Redis stream <c>execution:{executionId}</c>, the latest events for whoever comes late, and the channels by which every
/// registry hears them at once (platform spec 9.2).
/// </summary>
internal sealed class ExecutionStream(IRedis redis, RunnerOptions options)
{
    private const int ExpirySeconds = 25 * 3600;

    /// <summary>One step, so that no stream stays without an expiry, and whoever listens and then reads the stream misses nothing.</summary>
    private const string Append = """
        redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'event', ARGV[2])
        redis.call('EXPIRE', KEYS[1], ARGV[3])
        for i = 4, #ARGV do redis.call('PUBLISH', ARGV[i], ARGV[2]) end
        return 1
        """;

    /// <summary>Appends an event.</summary>
    /// <param name="executionId">Names the stream.</param>
    /// <param name="discussionId">Its discussion, which hears it too; null: none.</param>
    /// <param name="document">JSON of the event.</param>
    /// <exception cref="RedisAwayException">Redis is away; the event is not in the stream.</exception>
    public async Task AppendAsync(Guid executionId, string? discussionId, ReadOnlyMemory<byte> document)
    {
        if (redis.IsAvailable)
        {
            RedisValue[] values = [options.StreamBufferSize, document.ToArray(), ExpirySeconds, $"ws:execution:{executionId}"];
            await redis.EvaluateAsync(
                Append, [$"execution:{executionId}"], discussionId is null ? values : [.. values, $"ws:discussion:{discussionId}"]);
        }
    }
}
