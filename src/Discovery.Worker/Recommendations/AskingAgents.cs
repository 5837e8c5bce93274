using System.Globalization;
using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Discovery.Worker.Persistence;
using Capns.Hosting.Redis;
using StackExchange.Redis;
using IRedis = Capns.Hosting.Redis.IRedis;

namespace Capns.Discovery.Worker.Recommendations;

/// <summary>The agents that asked within a day, what they were recommended last, and when they were told (platform spec 7.3, rule 9; 9.2).</summary>
/// <remarks>
/// In Redis, because it may be lost: an agent that asks again is known again. Shared by all instances. Who asked is written by those that
/// answer, what was recommended by the one that makes the pass: neither overwrites the other.
/// </remarks>
internal sealed class AskingAgents(IRedis redis, TimeProvider time)
{
    /// <summary>An agent that has not asked for so long is told nothing.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromHours(24);

    /// <summary>Agents that are remembered, the last ones that asked: who asks in the names of ever new agents makes no more work than this.</summary>
    public const int Most = 10_000;

    private const string All = "recommend:agents";

    /// <summary>Keeps one pass at a time over all instances; ends by itself when its holder is gone.</summary>
    private const string Lock = "recommend:pass";

    // Questions wait behind the one that is being remembered.
    private readonly ShortPatience _patience = new(TimeSpan.FromMilliseconds(500));

    /// <summary>True while Redis can be asked.</summary>
    public bool CanBeAsked => redis is { IsEnabled: true, IsAvailable: true };

    /// <summary>An agent has asked; takes half a second at most.</summary>
    /// <param name="agent">Its id.</param>
    /// <param name="caller">Who asked for it, as text: recommendations stay within that caller's rights.</param>
    /// <exception cref="RedisAwayException">Redis is away.</exception>
    public async Task AskedAsync(string agent, string caller)
    {
        if (_patience.IsSpent)
        {
            throw new RedisAwayException("Redis did not answer in time a moment ago.");
        }

        try
        {
            await _patience.WaitAsync(RememberAsync(agent, caller));
        }
        catch (TimeoutException exception)
        {
            throw new RedisAwayException("Redis does not answer in time.", exception);
        }
    }

    /// <summary>Those that asked within a day, by id; forgets the others.</summary>
    /// <exception cref="RedisAwayException">Redis is away.</exception>
    public async Task<IReadOnlyList<string>> ListAsync()
    {
        await redis.ExecuteAsync("ZREMRANGEBYSCORE", (RedisKey)All, "-inf", Milliseconds(time.GetUtcNow() - Remembered));
        var agents = (string[]?)await redis.ExecuteAsync("ZRANGE", (RedisKey)All, 0, -1) ?? [];
        return [.. agents.Order(StringComparer.Ordinal)];
    }

    /// <summary>Who asked for an agent last, and what it was recommended then; no caller: nobody within a day.</summary>
    /// <exception cref="RedisAwayException">Redis is away.</exception>
    public async Task<(string? Caller, LastRecommended Last)> FindAsync(string agent)
    {
        var texts = (string?[]?)await redis.ExecuteAsync("MGET", (RedisKey)CallerKey(agent), (RedisKey)Key(agent)) ?? [null, null];
        return (texts[0], Read(texts[1]));
    }

    /// <summary>Keeps for a day what an agent was recommended.</summary>
    /// <exception cref="RedisAwayException">Redis is away.</exception>
    public Task KeepAsync(string agent, LastRecommended last) => redis.ExecuteAsync(
        "SET", (RedisKey)Key(agent), JsonSerializer.Serialize(last, WireJson.Options), "EX", (long)Remembered.TotalSeconds);

    /// <summary>True: this instance may make a pass; nobody else does for so long.</summary>
    /// <exception cref="RedisAwayException">Redis is away.</exception>
    public async Task<bool> TryLeadAsync(string instance, TimeSpan within)
    {
        const string Script = """
            local holder = redis.call('GET', KEYS[1])
            if holder and holder ~= ARGV[1] then return 0 end
            redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
            return 1
            """;
        return (long)await redis.EvaluateAsync(Script, [Lock], [instance, (long)within.TotalMilliseconds]) == 1;
    }

    /// <summary>What another release has written, or somebody else, is nothing.</summary>
    private static LastRecommended Read(string? text)
    {
        try
        {
            var last = text is null ? null : JsonSerializer.Deserialize<LastRecommended>(text, WireJson.Options);
            return last ?? LastRecommended.Nothing;
        }
        catch (JsonException)
        {
            return LastRecommended.Nothing;
        }
    }

    private async Task RememberAsync(string agent, string caller)
    {
        await redis.ExecuteAsync("SET", (RedisKey)CallerKey(agent), caller, "EX", (long)Remembered.TotalSeconds);
        await redis.ExecuteAsync("ZADD", (RedisKey)All, Milliseconds(time.GetUtcNow()), agent);
        await redis.ExecuteAsync("ZREMRANGEBYRANK", (RedisKey)All, 0, -Most - 1);
        await redis.ExecuteAsync("EXPIRE", (RedisKey)All, (long)Remembered.TotalSeconds);
    }

    private static string CallerKey(string agent) => $"recommend:caller:{agent}";

    private static string Key(string agent) => $"recommend:agent:{agent}";

    private static string Milliseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
}

/// <summary>What an agent was recommended.</summary>
/// <param name="Top">Uuids of the tools recommended last, best first. Absent: not worked out yet.</param>
/// <param name="ToldAt">When the agent was told of a change last. Absent: never.</param>
internal sealed record LastRecommended(IReadOnlyList<string>? Top, DateTimeOffset? ToldAt)
{
    /// <summary>It was not looked at yet.</summary>
    public static LastRecommended Nothing { get; } = new(null, null);
}
