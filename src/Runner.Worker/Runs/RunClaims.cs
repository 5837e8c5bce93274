using Capns.Contracts.Running;
using Capns.Hosting.Redis;
using StackExchange.Redis;
using IRedis = Capns.Hosting.Redis.IRedis;

namespace Capns.Runner.Worker.Runs;

/// <summary>Sees that a command that an outbox published twice is run by one runner only.</summary>
internal interface IRunClaims
{
    /// <summary>Claims the command for this runner.</summary>
    /// <returns>False when another runner has claimed it: it has a copy of its own, and answers for it.</returns>
    Task<bool> TryClaimAsync(RunTool order);
}

/// <summary>
/// Claims in Redis, key <c>run:{executionId}:{dispatch}</c>, kept for an hour. An outbox that is killed between the broker's confirm and
/// its own note publishes a command again, and the broker marks neither copy as redelivered.
/// </summary>
/// <remarks>While Redis is off or away a command published twice may run twice; its execution still ends once.</remarks>
internal sealed class RunClaims(IRedis redis, RunnerOptions options, TimeProvider time) : IRunClaims
{
    private const int ExpirySeconds = 3600;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public async Task<bool> TryClaimAsync(RunTool order)
    {
        if (!redis.IsAvailable)
        {
            return true;
        }

        try
        {
            RedisKey key = $"run:{order.ExecutionId}:{order.Dispatch}";
            var claimed = await redis.ExecuteAsync("SET", key, options.RunnerId, "NX", "EX", ExpirySeconds).WaitAsync(Patience, time);
            return !claimed.IsNull || (string?)await redis.ExecuteAsync("GET", key).WaitAsync(Patience, time) == options.RunnerId;
        }
        catch (Exception away) when (away is RedisAwayException or RedisException or TimeoutException)
        {
            return true;
        }
    }
}
