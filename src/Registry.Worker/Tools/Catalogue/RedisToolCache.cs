using System.Diagnostics.Metrics;
using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Hosting.Redis;
using StackExchange.Redis;

namespace Capns.Registry.Worker.Tools.Catalogue;

/// <inheritdoc cref="IToolCache"/>
/// <remarks>
/// An entry carries the catalogue's revision and counts only while that is the revision this instance knows. So an entry that a slow
/// reader writes after a change, or that could not be dropped because Redis was away, is never believed: expiry and dropping only save room.
/// </remarks>
internal sealed partial class RedisToolCache(Hosting.Redis.IRedis redis, CatalogueRevision revision, IMeterFactory meters, ILogger<RedisToolCache> logger) : IToolCache
{
    private const int ExpirySeconds = 3600;

    private readonly Counter<long> _requests = meters.Create("Capns").CreateCounter<long>(
        "capability_registry_cache_requests_total", description: "Look-ups of a tool in the cache of Redis, by cache and result.");

    public long Revision => revision.Current;

    public async Task<CachedTool?> FindAsync(string reference)
    {
        var known = revision.Current;
        if (!redis.IsAvailable || known == 0)
        {
            return null;
        }

        var text = (string?)await TryAsync("GET", Key(reference));
        var entry = text is null ? null : Read(text);
        var found = entry?.Revision == known ? entry.Tool : null;
        _requests.Add(1, new KeyValuePair<string, object?>("cache", "tool"), new KeyValuePair<string, object?>("result", found is null ? "miss" : "hit"));
        return found;
    }

    public async Task KeepAsync(string reference, long known, CachedTool tool)
    {
        if (redis.IsAvailable && known != 0)
        {
            await TryAsync("SET", Key(reference), JsonSerializer.Serialize(new Entry(known, tool), WireJson.Options), "EX", ExpirySeconds);
        }
    }

    public async Task DropAsync(IReadOnlyList<string> references)
    {
        // What this instance has changed itself it sees at once: until the watch knows the new revision it believes no entry.
        revision.Current = 0;
        if (redis.IsAvailable && references.Count > 0)
        {
            await TryAsync("DEL", [.. references.Select(reference => (object)Key(reference))]);
        }
    }

    /// <summary>What another release has written, or somebody else, may be no entry.</summary>
    private Entry? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Entry>(text, WireJson.Options);
        }
        catch (JsonException exception)
        {
            LogSkipped(exception.Message);
            return null;
        }
    }

    private static RedisKey Key(string reference) => $"cache:tool:{reference}";

    private async Task<RedisResult?> TryAsync(string command, params object[] arguments)
    {
        try
        {
            return await redis.ExecuteAsync(command, arguments);
        }
        catch (Exception exception) when (exception is RedisAwayException or RedisException)
        {
            LogSkipped(exception.Message);
            return null;
        }
    }

    [LoggerMessage(EventId = 3452, Level = LogLevel.Debug, Message = "The cache of tools is skipped: {Reason}")]
    private partial void LogSkipped(string reason);

    private sealed record Entry(long Revision, CachedTool Tool);
}

/// <summary>The catalogue's revision as this instance knows it, at most a moment old. Written by who watches it.</summary>
internal sealed class CatalogueRevision
{
    private long _current;

    public long Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }
}

/// <summary>Without Redis every instance asks the database.</summary>
internal sealed class NoToolCache : IToolCache
{
    public long Revision => 0;

    public Task<CachedTool?> FindAsync(string reference) => Task.FromResult<CachedTool?>(null);

    public Task KeepAsync(string reference, long revision, CachedTool tool) => Task.CompletedTask;

    public Task DropAsync(IReadOnlyList<string> references) => Task.CompletedTask;
}
