using Capns.Hosting.Redis;
using StackExchange.Redis;

namespace Capns.Registry.Worker.Streams;

/// <summary>Shows the state events of executions in Redis (platform spec 9.2). Best effort: what Redis does not take is not repeated.</summary>
internal sealed partial class RedisExecutionStream(Hosting.Redis.IRedis redis, ILogger<RedisExecutionStream> logger) : IExecutionStream
{
    /// <summary>Entries that a stream keeps, about (<c>EVENT_STREAM_BUFFER_SIZE</c>'s default).</summary>
    private const int MaxLength = 1000;

    private const int OpenSeconds = 25 * 60 * 60;
    private const int FinalSeconds = 24 * 60 * 60;

    public void Append(Guid executionId, ReadOnlyMemory<byte> document, bool final)
    {
        if (redis.IsAvailable)
        {
            _ = AppendAsync(executionId, document.ToArray(), final);
        }
    }

    private async Task AppendAsync(Guid executionId, byte[] document, bool final)
    {
        try
        {
            RedisKey key = $"execution:{executionId}";
            var added = redis.ExecuteAsync("XADD", key, "MAXLEN", "~", MaxLength, "*", "event", document);
            var expiring = redis.ExecuteAsync("EXPIRE", key, final ? FinalSeconds : OpenSeconds);
            await added;
            await expiring;
        }
        catch (Exception exception) when (exception is RedisAwayException or RedisException)
        {
            LogMissed(executionId, exception.Message);
        }
    }

    [LoggerMessage(EventId = 3161, Level = LogLevel.Debug, Message = "The stream of execution {ExecutionId} misses an event: {Reason}")]
    private partial void LogMissed(Guid executionId, string reason);
}
