using Capns.Hosting.Redis;
using Capns.Runner.Worker.Runs;
using IRedis = Capns.Hosting.Redis.IRedis;

namespace Capns.Runner.Worker.Streams;

/// <summary>The Redis stream <c>execution:{executionId}</c>: the latest events, for whoever comes late (platform spec 9.2).</summary>
internal sealed class ExecutionStream(IRedis redis, RunnerOptions options)
{
    private const int ExpirySeconds = 25 * 3600;

    /// <summary>One step, so that no stream stays without an expiry.</summary>
    private const string Append = """
        redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'event', ARGV[2])
        redis.call('EXPIRE', KEYS[1], ARGV[3])
        return 1
        """;

    /// <summary>Appends an event.</summary>
    /// <param name="executionId">Names the stream.</param>
    /// <param name="document">JSON of the event.</param>
    /// <exception cref="RedisAwayException">Redis is away; the event is not in the stream.</exception>
    public async Task AppendAsync(Guid executionId, ReadOnlyMemory<byte> document)
    {
        if (redis.IsAvailable)
        {
            await redis.EvaluateAsync(Append, [$"execution:{executionId}"], [options.StreamBufferSize, document.ToArray(), ExpirySeconds]);
        }
    }
}
