using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Capns.Discovery.Worker.Persistence;
using Capns.Hosting.Redis;
using StackExchange.Redis;

namespace Capns.Discovery.Worker.Graph.Reading;

/// <summary>
/// Answers of the graph in Redis, <c>cache:graph:{epoch}:{hash}</c>, for a minute (platform spec 9.2). Without Redis it is skipped.
/// </summary>
/// <remarks>The epoch is part of the key: what the graph learns makes old answers unfindable.</remarks>
internal sealed partial class GraphCache(Hosting.Redis.IRedis redis, GraphMeter meter, ILogger<GraphCache> logger)
{
    private const int ExpirySeconds = 60;

    // A cache that is slower than the graph is of no use.
    private readonly ShortPatience _patience = new(TimeSpan.FromMilliseconds(100));

    /// <summary>The kept answer, else the one that is read now, which is kept.</summary>
    /// <param name="epoch">Of the store that would be asked; 0, not known: nothing is looked up or kept.</param>
    /// <param name="question">What tells questions apart.</param>
    /// <param name="read">Asks the store.</param>
    /// <param name="isFrom">The epoch of the answer just read; where it moved on meanwhile, the answer is not kept.</param>
    public async Task<T> GetAsync<T>(long epoch, string question, Func<Task<T>> read, Func<T, long> isFrom)
        where T : class
    {
        if (epoch <= 0 || !redis.IsAvailable || _patience.IsSpent)
        {
            return await read();
        }

        var key = Key(epoch, question);
        // Its own conversion to text knows no answer that never came.
        var kept = await TryAsync("GET", key) is { } found ? Parse<T>((string?)found) : null;
        meter.LookedUp(kept is not null);
        if (kept is not null)
        {
            return kept;
        }

        var answer = await read();
        if (isFrom(answer) == epoch)
        {
            await TryAsync("SET", key, JsonSerializer.Serialize(answer), "EX", ExpirySeconds);
        }

        return answer;
    }

    private static RedisKey Key(long epoch, string question) => string.Create(
        CultureInfo.InvariantCulture, $"cache:graph:{epoch}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(question)))}");

    /// <summary>What another release has written, or somebody else, may be no answer.</summary>
    private T? Parse<T>(string? text)
        where T : class
    {
        try
        {
            return text is null ? null : JsonSerializer.Deserialize<T>(text);
        }
        catch (JsonException exception)
        {
            LogSkipped(exception.Message);
            return null;
        }
    }

    private async Task<RedisResult?> TryAsync(string command, params object[] arguments)
    {
        try
        {
            var step = redis.ExecuteAsync(command, arguments);
            await _patience.WaitAsync(step);
            return await step;
        }
        catch (Exception exception) when (exception is RedisAwayException or RedisException or TimeoutException)
        {
            LogSkipped(exception.Message);
            return null;
        }
    }

    [LoggerMessage(EventId = 3021, Level = LogLevel.Debug, Message = "The cache of graph answers is skipped: {Reason}")]
    private partial void LogSkipped(string reason);
}
