using System.Net;
using Capns.Hosting.Configuration;
using Capns.Hosting.Redis;
using StackExchange.Redis;
using IRedis = Capns.Hosting.Redis.IRedis;

namespace Capns.Registry.Worker.Streams.Live.Rooms;

/// <summary>The discussion service at <c>DISCUSSION_ORCHESTRATION_URL</c>: <c>GET /api/v1/discussions/{id}/participants/{userId}</c>, 2xx for yes.</summary>
/// <remarks>
/// Answers are kept 60 s in Redis, <c>cache:discussion:{discussionId}:{userId}</c> (platform spec 9.2); while that is away every
/// question is asked. When the service does not answer, nobody is a member for five seconds. Without the variable nobody is a member but by its token.
/// </remarks>
internal sealed partial class DiscussionService(Uri? address, HttpClient http, IRedis redis, TimeProvider time, ILogger<DiscussionService> logger) : IDiscussionMembers
{
    private const int KeepSeconds = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>After an outage was seen: a hundred rooms must not wait for it one after the other.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    private long _awayAt = long.MinValue;

    /// <exception cref="SettingException">The value cannot be used.</exception>
    public static Uri? Read(EnvironmentReader environment) => environment.Url("DISCUSSION_ORCHESTRATION_URL", "http", "https");

    public async ValueTask<bool> HasAsync(string discussionId, string userId, CancellationToken cancellationToken)
    {
        if (address is null)
        {
            return false;
        }

        RedisKey key = $"cache:discussion:{discussionId}:{userId}";
        if (await TryAsync("GET", key) is { IsNull: false } kept)
        {
            return (string)kept == "1";
        }

        var awayAt = Volatile.Read(ref _awayAt);
        if (awayAt != long.MinValue && time.GetElapsedTime(awayAt) < Rest)
        {
            return false;
        }

        if (await AskAsync(discussionId, userId, cancellationToken) is not { } answer)
        {
            Volatile.Write(ref _awayAt, time.GetTimestamp());
            return false;
        }

        await TryAsync("SET", key, answer ? "1" : "0", "EX", KeepSeconds);
        return answer;
    }

    private async Task<RedisResult?> TryAsync(string command, params object[] arguments)
    {
        try
        {
            return redis.IsAvailable ? await redis.ExecuteAsync(command, arguments) : null;
        }
        catch (Exception exception) when (exception is RedisAwayException or RedisException)
        {
            return null;
        }
    }

    private async Task<bool?> AskAsync(string discussionId, string userId, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        var path = $"api/v1/discussions/{Uri.EscapeDataString(discussionId)}/participants/{Uri.EscapeDataString(userId)}";
        try
        {
            using var answer = await http.GetAsync(new Uri(new Uri(address!.ToString().TrimEnd('/') + "/"), path), limit.Token);
            return answer.IsSuccessStatusCode ? true : answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden ? false : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            LogAway(exception.Message);
            return null;
        }
    }

    [LoggerMessage(EventId = 3605, Level = LogLevel.Warning, Message = "The discussion service cannot be asked, so nobody gets in by it: {Reason}")]
    private partial void LogAway(string reason);
}
