using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Hosting.Redis;
using StackExchange.Redis;
using IRedis = Capns.Hosting.Redis.IRedis;

namespace Capns.Registry.Worker.Streams.Live.Sessions;

/// <summary>Keeps <c>session:ws:{connectionId}</c> in Redis, for people who look (platform spec 9.2). Best effort; nothing depends on it.</summary>
internal sealed class SessionShelf(IRedis redis, TimeProvider time)
{
    /// <summary>So long a session is seen after its end.</summary>
    private const int Seconds = 120;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(Seconds / 4);

    private const string Keep = """
        redis.call('DEL', KEYS[1])
        redis.call('HSET', KEYS[1], 'caller', ARGV[2], 'rooms', ARGV[3], 'filters', ARGV[4], 'lastSequences', ARGV[5])
        redis.call('EXPIRE', KEYS[1], ARGV[1])
        return 1
        """;

    private long _renewedAt = time.GetTimestamp();

    /// <summary>Writes all of them, every 30 s.</summary>
    public void Renew(IEnumerable<SessionView> sessions)
    {
        if (time.GetElapsedTime(_renewedAt) < Interval)
        {
            return;
        }

        _renewedAt = time.GetTimestamp();
        foreach (var session in sessions)
        {
            Write(session);
        }
    }

    /// <summary>Writes one for the last time.</summary>
    public void Closed(SessionView session) => Write(session);

    private void Write(SessionView session)
    {
        if (session.Caller is not null && redis.IsAvailable)
        {
            _ = WriteAsync(session);
        }
    }

    private async Task WriteAsync(SessionView session)
    {
        var filters = new { type = session.Filter.Types, security = session.Filter.Levels, participant = session.Filter.Participants };
        var sequences = session.Rooms.Where(room => room.Value > 0).ToDictionary(room => room.Key, room => room.Value);
        try
        {
            await redis.EvaluateAsync(
                Keep, [$"session:ws:{session.ConnectionId}"], [Seconds, session.Caller, Json(session.Rooms.Keys), Json(filters), Json(sequences)]);
        }
        catch (Exception exception) when (exception is RedisAwayException or RedisException)
        {
            // Only for looking at.
        }
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, WireJson.Options);
}
