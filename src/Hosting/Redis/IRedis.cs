using StackExchange.Redis;

namespace Capns.Hosting.Redis;

/// <summary>What the workers use of Redis: what may be lost without harm (platform spec 9.2).</summary>
/// <remarks>
/// As wide as its use, so that a newer client can replace this in one file. Every call ends within
/// <see cref="RedisConnection.Patience"/>; thread-safe.
/// </remarks>
public interface IRedis
{
    /// <summary>False when <c>REDIS_URL</c> is absent: every call throws, and that is no failure.</summary>
    bool IsEnabled { get; }

    /// <summary>True while the server is connected. Callers with a way round look here first.</summary>
    bool IsAvailable { get; }

    /// <summary>Runs a Lua script in one atomic step; the script is sent once and known by its hash from then on.</summary>
    /// <exception cref="RedisAwayException">The server does not answer, or is off.</exception>
    /// <exception cref="RedisServerException">The server refuses the script.</exception>
    Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] arguments);

    /// <summary>Runs one command, e.g. <c>XADD</c>. Keys given as <see cref="RedisKey"/>.</summary>
    /// <inheritdoc cref="EvaluateAsync"/>
    Task<RedisResult> ExecuteAsync(string command, params object[] arguments);
}
