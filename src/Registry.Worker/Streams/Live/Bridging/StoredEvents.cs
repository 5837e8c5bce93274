using Capns.Hosting.Redis;
using Capns.Registry.Worker.Streams.Live.Events;
using Capns.Registry.Worker.Streams.Live.Feeds;
using Npgsql;
using StackExchange.Redis;
using IRedis = Capns.Hosting.Redis.IRedis;

namespace Capns.Registry.Worker.Streams.Live.Bridging;

/// <summary>The stream <c>execution:{id}</c> in Redis and the table <c>execution_events</c>.</summary>
/// <remarks>Redis has an event at once and only the newest; the table has all that were recorded, progress up to a second later.</remarks>
internal sealed class StoredEvents(IRedis redis, NpgsqlDataSource source) : IStoredEvents
{
    /// <summary>Events that one reading gives at most.</summary>
    public const int PageSize = 200;

    /// <summary>Bytes of payloads that one reading gives, about: the event with which they are reached is the last.</summary>
    public const int PageBytes = 1024 * 1024;

    private const int RedisPage = 100;

    private const string Page = """
        SELECT type, payload FROM execution_events
        WHERE execution_id = $1 AND sequence >= $2 AND sequence < $3 ORDER BY sequence LIMIT $4
        """;

    private const string Newest = """
        SELECT type, payload FROM execution_events
        WHERE execution_id = $1 AND sequence >= $2 AND sequence < $3 ORDER BY sequence DESC LIMIT $4
        """;

    private const string Since = """
        SELECT e.type, e.payload FROM unnest($1, $2) AS f (id, sequence)
        CROSS JOIN LATERAL (
            SELECT type, payload, sequence FROM execution_events
            WHERE execution_id = f.id AND sequence >= f.sequence ORDER BY sequence LIMIT 50) AS e
        ORDER BY f.id, e.sequence
        """;

    private const string OfDiscussions = """
        SELECT e.type, e.payload, x.discussion_id FROM executions x JOIN execution_events e ON e.execution_id = x.id
        WHERE x.discussion_id = ANY($1) AND (x.completed_at IS NULL OR x.completed_at > $2)
            AND e.sequence > x.last_sequence - 200 AND e.created_at > $2
        ORDER BY e.execution_id, e.sequence LIMIT 5000
        """;

    public async Task<IReadOnlyList<LiveEvent>> ReadAsync(Guid executionId, int from, int before, CancellationToken cancellationToken)
    {
        var (recorded, isCut) = await QueryAsync(Page, PageBytes, cancellationToken, executionId, from, before, PageSize);
        var end = isCut || recorded.Count == PageSize ? recorded[^1].Sequence + 1 : before;
        if (IsComplete(recorded, from, end))
        {
            return recorded;
        }

        var fresh = await FromRedisAsync(executionId, from, end);
        end = fresh.IsCut ? fresh.Events.Max(happened => happened.Sequence) + 1 : end;
        return Merge(recorded.Where(happened => happened.Sequence < end), fresh.Events);
    }

    public async Task<IReadOnlyList<LiveEvent>> NewestAsync(Guid executionId, CancellationToken cancellationToken)
    {
        var fresh = Merge((await PageOfRedisAsync(executionId, "+")).Events, []);
        var from = fresh.Count == 0 ? 1 : fresh[^1].Sequence + 1;
        var (recorded, _) = await QueryAsync(Newest, PageBytes, cancellationToken, executionId, from, int.MaxValue, PageSize);
        return Merge(fresh, recorded);
    }

    public async Task<IReadOnlyList<LiveEvent>> SinceAsync(IReadOnlyCollection<(Guid ExecutionId, int From)> feeds, CancellationToken cancellationToken) =>
        (await QueryAsync(Since, long.MaxValue, cancellationToken, feeds.Select(feed => feed.ExecutionId).ToArray(), feeds.Select(feed => feed.From).ToArray())).Events;

    /// <summary>Events of some discussions' executions since a time, for when Redis does not bring them.</summary>
    public async Task<IReadOnlyList<LiveEvent>> OfDiscussionsAsync(string[] discussions, DateTimeOffset since, CancellationToken cancellationToken) =>
        (await QueryAsync(OfDiscussions, long.MaxValue, cancellationToken, discussions, since)).Events;

    private static bool IsComplete(List<LiveEvent> events, int from, int end) =>
        events.Count > 0 && events[0].Sequence == from && events[^1].Sequence == end - 1 && events.Count == end - from;

    private static List<LiveEvent> Merge(IEnumerable<LiveEvent> some, IEnumerable<LiveEvent> others) =>
        [.. some.Concat(others).Where(happened => happened.Sequence > 0).DistinctBy(happened => happened.Sequence).OrderBy(happened => happened.Sequence)];

    /// <summary>Goes back through the stream as far as it has to, and keeps the earliest of what is wanted.</summary>
    private async Task<(List<LiveEvent> Events, bool IsCut)> FromRedisAsync(Guid executionId, int from, int before)
    {
        var (wanted, bytes, isCut, last) = (new PriorityQueue<LiveEvent, int>(), 0L, false, (string?)"+");
        while (last is not null)
        {
            (var page, last) = await PageOfRedisAsync(executionId, last);
            foreach (var happened in page.Where(happened => happened.Sequence >= from && happened.Sequence < before))
            {
                wanted.Enqueue(happened, -happened.Sequence);
                bytes += happened.Payload.Length;
                while (bytes > PageBytes && wanted.Count > 1)
                {
                    bytes -= wanted.Dequeue().Payload.Length;
                    isCut = true;
                }
            }

            // Entries are about in the order of their numbers: a page before the first that is wanted ends it.
            if (page.Count > 0 && page.All(happened => happened.Sequence > 0 && happened.Sequence < from))
            {
                break;
            }
        }

        return ([.. wanted.UnorderedItems.Select(item => item.Element)], isCut);
    }

    /// <summary>Newest first, up to an entry; and where the next page ends. Null: there is none, or Redis is away and PostgreSQL has the rest.</summary>
    private async Task<(List<LiveEvent> Events, string? Next)> PageOfRedisAsync(Guid executionId, string end)
    {
        var events = new List<LiveEvent>();
        if (!redis.IsAvailable)
        {
            return (events, null);
        }

        try
        {
            RedisKey key = $"execution:{executionId}";
            var entries = (RedisResult[])await redis.ExecuteAsync("XREVRANGE", key, end, "-", "COUNT", RedisPage);
            foreach (var entry in entries)
            {
                // [id, [field, value, …]]; the only field is "event".
                var document = (byte[])((RedisResult[])((RedisResult[])entry)[1])[1];
                if (LiveEventReader.FromDocument(document) is { } happened && happened.ExecutionId == executionId)
                {
                    events.Add(happened);
                }
            }

            return (events, entries.Length < RedisPage ? null : "(" + (string)((RedisResult[])entries[^1])[0]);
        }
        catch (Exception exception) when (exception is RedisAwayException or RedisException)
        {
            return ([], null);
        }
    }

    private async Task<(List<LiveEvent> Events, bool IsCut)> QueryAsync(string sql, long most, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value is DateTimeOffset time ? time.ToUniversalTime() : value });
        }

        var (events, bytes) = (new List<LiveEvent>(), 0L);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var happened = LiveEventReader.FromLog(reader.GetString(0), reader.GetString(1));
            events.Add(reader.FieldCount > 2 ? happened.Of(reader.GetString(2)) : happened);
            bytes += happened.Payload.Length;
            if (bytes >= most)
            {
                return (events, true);
            }
        }

        return (events, false);
    }
}
