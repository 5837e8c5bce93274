using Capns.Hosting.Redis;
using StackExchange.Redis;
using IRedis = Capns.Hosting.Redis.IRedis;

namespace Capns.Registry.Worker.Streams.Live.Bridging;

/// <summary>Shows events to the other instances: in the execution's stream and on the channels of its rooms (platform spec 9.2).</summary>
/// <remarks>Best effort, and it never waits: what Redis does not take is read from PostgreSQL. Thread-safe.</remarks>
internal sealed partial class RedisEvents(IRedis redis, StreamOptions options, ILogger<RedisEvents> logger)
{
    private const int OpenSeconds = 25 * 60 * 60;
    private const int FinalSeconds = 24 * 60 * 60;

    /// <summary>One step: whoever has subscribed and then reads the stream misses nothing.</summary>
    private const string AppendScript = """
        redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'event', ARGV[2])
        redis.call('EXPIRE', KEYS[1], ARGV[3])
        for i = 4, #ARGV do redis.call('PUBLISH', ARGV[i], ARGV[2]) end
        return 1
        """;

    /// <summary>Appends to the stream of an execution and tells its rooms.</summary>
    /// <param name="executionId">Whose.</param>
    /// <param name="discussionId">Its discussion; null: none.</param>
    /// <param name="document">JSON of the event, as it is published.</param>
    /// <param name="final">True for the last event: the stream is kept for 24 h from now.</param>
    public void Append(Guid executionId, string? discussionId, ReadOnlyMemory<byte> document, bool final)
    {
        if (redis.IsAvailable)
        {
            RedisValue[] values = [options.BufferSize, document.ToArray(), final ? FinalSeconds : OpenSeconds, $"ws:execution:{executionId}"];
            _ = TryAsync(
                redis.EvaluateAsync(AppendScript, [$"execution:{executionId}"], discussionId is null ? values : [.. values, $"ws:discussion:{discussionId}"]),
                $"execution:{executionId}");
        }
    }

    /// <summary>Tells one room.</summary>
    public void Publish(string channel, ReadOnlyMemory<byte> document)
    {
        if (redis.IsAvailable)
        {
            _ = TryAsync(redis.ExecuteAsync("PUBLISH", channel, document.ToArray()), channel);
        }
    }

    private async Task TryAsync(Task call, string where)
    {
        try
        {
            await call;
        }
        catch (Exception exception) when (exception is RedisAwayException or RedisException)
        {
            LogMissed(where, exception.Message);
        }
    }

    [LoggerMessage(EventId = 3161, Level = LogLevel.Debug, Message = "{Where} misses an event: {Reason}")]
    private partial void LogMissed(string where, string reason);
}
