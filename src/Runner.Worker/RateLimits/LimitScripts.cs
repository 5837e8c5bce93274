namespace Capns.Runner.Worker.RateLimits;

/// <summary>The scripts of platform spec 9.2, joined into one, so that nothing is taken when one of the limits refuses.</summary>
/// <remarks>
/// The windows are fixed: each opens with its first hit and is never prolonged. A place in the concurrency set ends with
/// its score, by the clock of Redis, so that the clocks of runners do not matter.
/// </remarks>
internal static class LimitScripts
{
    /// <summary>
    /// Keys: minute counter, hour counter, concurrency set. Arguments: per minute, per hour (0: none), at one time (0: none),
    /// execution id, lease in ms, expiry of the set in ms. Answers <c>{0}</c>, or <c>{limit that refused: 1 minute, 2 hour, 3 concurrency; ms until it opens}</c>.
    /// </summary>
    public const string Take = """
        local function window(key, limit, ms)
          if limit == 0 then return nil end
          local n = tonumber(redis.call('GET', key) or '0')
          if n < limit then return nil end
          local ttl = redis.call('PTTL', key)
          if ttl < 0 then redis.call('PEXPIRE', key, ms); ttl = ms end
          return ttl
        end

        local function hit(key, limit, ms)
          if limit == 0 then return end
          local n = redis.call('INCR', key)
          if n == 1 or redis.call('PTTL', key) < 0 then redis.call('PEXPIRE', key, ms) end
        end

        local minute, hour, atOnce = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
        local wait = window(KEYS[1], minute, 60000)
        if wait then return {1, wait} end
        wait = window(KEYS[2], hour, 3600000)
        if wait then return {2, wait} end

        if atOnce > 0 then
          local t = redis.call('TIME')
          local now = t[1] * 1000 + math.floor(t[2] / 1000)
          redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
          if not redis.call('ZSCORE', KEYS[3], ARGV[4]) and redis.call('ZCARD', KEYS[3]) >= atOnce then
            return {3, 0}
          end
          redis.call('ZADD', KEYS[3], now + tonumber(ARGV[5]), ARGV[4])
          redis.call('PEXPIRE', KEYS[3], ARGV[6])
        end

        hit(KEYS[1], minute, 60000)
        hit(KEYS[2], hour, 3600000)
        return {0, 0}
        """;

    /// <summary>Keys: concurrency set. Arguments: execution id, lease in ms, expiry of the set in ms. A place that is gone is not taken again.</summary>
    public const string Renew = """
        local t = redis.call('TIME')
        local now = t[1] * 1000 + math.floor(t[2] / 1000)
        redis.call('ZADD', KEYS[1], 'XX', now + tonumber(ARGV[2]), ARGV[1])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        return 1
        """;
}
