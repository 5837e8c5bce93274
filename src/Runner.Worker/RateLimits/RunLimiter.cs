using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Hosting.Redis;
using StackExchange.Redis;
using IRedis = Capns.Hosting.Redis.IRedis;

namespace Capns.Runner.Worker.RateLimits;

/// <summary>Takes limits in Redis; while Redis is off or away, within this process, for the lower levels only (platform spec 9.2).</summary>
internal sealed class RunLimiter(IRedis redis, TimeProvider time, ILogger<RunLimiter> logger) : IRunLimiter
{
    /// <summary>Nobody knows when a running execution ends; asked again after this long.</summary>
    public const int ConcurrencyRetryAfterMs = 1000;

    private const int UnavailableRetryAfterMs = 5000;
    private const int LeaseMs = 30_000;
    private const int SetExpiryMs = 3_600_000;

    /// <summary>A Redis that does not answer within this time is away.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>A Redis that was away is not asked again for this long, so that its absence costs no run half a second.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly LocalLimiter _local = new(time);
    private long _awaySince;
    private int _away;

    /// <inheritdoc/>
    public async Task<LimitDecision> TakeAsync(RunTool order)
    {
        if (order.RateLimit is not { } limits)
        {
            return LimitDecision.Allowed;
        }

        RedisKey[] keys = [LimitKeys.Minute(order, limits), LimitKeys.Hour(order, limits), LimitKeys.Concurrency(order, limits)];
        RedisValue[] arguments =
        [
            limits.MaxCallsPerMinute, limits.MaxCallsPerHour ?? 0, limits.MaxConcurrentExecutions ?? 0, order.ExecutionId.ToString(), LeaseMs, SetExpiryMs,
        ];
        if (await AskAsync(() => redis.EvaluateAsync(LimitScripts.Take, keys, arguments)) is { } answer)
        {
            var words = (RedisValue[])answer!;
            return Decide((int)words[0], (int)words[1], limits);
        }

        // Without the shared counters, what may do harm does not start at all.
        return order.Limits.SecurityLevel >= SecurityLevel.Restricted
            ? new LimitDecision(new LimitRefusal(ErrorCodes.ServiceUnavailable.Code, UnavailableRetryAfterMs, 0))
            : _local.Take(order, limits);
    }

    /// <inheritdoc/>
    public async Task RenewAsync(RunTool order)
    {
        if (order.RateLimit is { MaxConcurrentExecutions: not null } limits)
        {
            RedisKey[] keys = [LimitKeys.Concurrency(order, limits)];
            RedisValue[] arguments = [order.ExecutionId.ToString(), LeaseMs, SetExpiryMs];
            await AskAsync(() => redis.EvaluateAsync(LimitScripts.Renew, keys, arguments));
        }
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(RunTool order)
    {
        if (order.RateLimit is { MaxConcurrentExecutions: not null } limits)
        {
            _local.Release(order, limits);
            await AskAsync(() => redis.ExecuteAsync("ZREM", (RedisKey)LimitKeys.Concurrency(order, limits), order.ExecutionId.ToString()));
        }
    }

    private static LimitDecision Decide(int refusedBy, int waitMs, RunRateLimit limits) => refusedBy switch
    {
        0 => LimitDecision.Allowed,
        1 => new LimitDecision(new LimitRefusal(ErrorCodes.RateLimited.Code, Math.Max(1, waitMs), limits.MaxCallsPerMinute)),
        2 => new LimitDecision(new LimitRefusal(ErrorCodes.RateLimited.Code, Math.Max(1, waitMs), limits.MaxCallsPerHour ?? 0)),
        _ => new LimitDecision(
            new LimitRefusal(ErrorCodes.ConcurrencyLimited.Code, ConcurrencyRetryAfterMs, limits.MaxConcurrentExecutions ?? 0)),
    };

    /// <returns>Null when Redis is off or away.</returns>
    private async Task<RedisResult?> AskAsync(Func<Task<RedisResult>> ask)
    {
        if (!redis.IsEnabled || (Volatile.Read(ref _away) == 1 && time.GetElapsedTime(Volatile.Read(ref _awaySince)) < Rest))
        {
            return null;
        }

        try
        {
            var answer = await ask().WaitAsync(Patience, time);
            if (Interlocked.Exchange(ref _away, 0) == 1)
            {
                RunnerLog.RedisBack(logger);
            }

            return answer;
        }
        catch (Exception gone) when (gone is RedisAwayException or RedisException or TimeoutException)
        {
            Volatile.Write(ref _awaySince, time.GetTimestamp());
            if (Interlocked.Exchange(ref _away, 1) == 0)
            {
                RunnerLog.RedisAway(logger, gone.Message);
            }

            return null;
        }
    }
}
