using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Capns.Hosting.Redis;
using StackExchange.Redis;
using IRedis = Capns.Hosting.Redis.IRedis;

namespace Capns.Registry.Worker.Access.Login;

/// <summary>
/// Limits failed logins per address and per key id, over all instances by Redis, and in this process where Redis is away.
/// Thread-safe.
/// </summary>
/// <remarks>
/// Only failures are counted and only then is Redis asked: an instance learns of the others' counts with its own next failure.
/// What has logged in here lately goes on: neither neighbours behind one address nor somebody who knows a key's id can lock it out.
/// </remarks>
internal sealed class LoginLimiter(IRedis redis, TimeProvider time)
{
    /// <summary>Failures of one address (IPv6: one /64 network) in <see cref="Window"/>.</summary>
    public const int PerAddress = 30;

    /// <summary>Failures with one key id in <see cref="Window"/>.</summary>
    public const int PerKey = 10;

    /// <summary>Opens with the first failure and is never prolonged.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    private const int MaxWindows = 50_000;
    private const int MaxProven = 10_000;

    private static readonly TimeSpan ProvenFor = TimeSpan.FromMinutes(10);

    private const string Count = """
        local n = redis.call('INCR', KEYS[1])
        local ttl = redis.call('PTTL', KEYS[1])
        if n == 1 or ttl < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]); ttl = tonumber(ARGV[1]) end
        return {n, ttl}
        """;

    private readonly ConcurrentDictionary<string, Failures> _failures = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _proven = new(StringComparer.Ordinal);

    /// <summary>How many addresses and keys are counted now; bounded.</summary>
    internal int Remembered => _failures.Count;

    /// <summary>How long a login must wait; null when it may be tried.</summary>
    public TimeSpan? Blocked(string credential, string address, string? keyId)
    {
        var ofKey = keyId is null ? null : BlockedFor(KeySubject(keyId), PerKey);
        var wait = new[] { BlockedFor(AddressSubject(address), PerAddress), ofKey }.Max();
        return wait is null || (_proven.TryGetValue(Digest(credential), out var until) && until > time.GetUtcNow()) ? null : wait;
    }

    /// <summary>Remembers a good login.</summary>
    public void NoteSuccess(string credential)
    {
        var digest = Digest(credential);
        var now = time.GetUtcNow();
        if (_proven.TryGetValue(digest, out var until) && until - now > ProvenFor / 2)
        {
            return;
        }

        if (_proven.Count >= MaxProven)
        {
            _proven.Clear();
        }

        _proven[digest] = now + ProvenFor;
    }

    /// <summary>Counts a bad login; what was good before is so no more.</summary>
    /// <returns>True when it was within the limits: the ones beyond are not worth writing down.</returns>
    public async ValueTask<bool> NoteFailureAsync(string credential, string address, string? keyId)
    {
        _proven.TryRemove(Digest(credential), out _);
        var within = await CountAsync(AddressSubject(address), PerAddress);
        return (keyId is null || await CountAsync(KeySubject(keyId), PerKey)) && within;
    }

    private static string AddressSubject(string address) => $"address:{Network(address)}";

    private static string KeySubject(string keyId) => $"key:{keyId}";

    /// <summary>One customer has a whole /64 of IPv6.</summary>
    private static string Network(string address)
    {
        if (!IPAddress.TryParse(address, out var parsed))
        {
            return address;
        }

        if (parsed.IsIPv4MappedToIPv6)
        {
            return parsed.MapToIPv4().ToString();
        }

        return parsed.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexStringLower(parsed.GetAddressBytes().AsSpan(0, 8))
            : parsed.ToString();
    }

    private static string Digest(string credential) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(credential)));

    private TimeSpan? BlockedFor(string subject, int limit) =>
        _failures.TryGetValue(subject, out var failures) && failures.Number >= limit
            && failures.Until - time.GetUtcNow() is { Ticks: > 0 } left ? left : null;

    private async ValueTask<bool> CountAsync(string subject, int limit)
    {
        var now = time.GetUtcNow();
        Shrink(now);
        var counted = _failures.AddOrUpdate(
            subject,
            _ => new Failures(1, now + Window),
            (_, known) => known.Until <= now ? new Failures(1, now + Window) : known with { Number = known.Number + 1 });
        if (await CountEverywhereAsync(subject) is var (number, left) && number > counted.Number)
        {
            _failures[subject] = counted = new Failures(number, now + left);
        }

        return counted.Number <= limit;
    }

    private async ValueTask<(int Number, TimeSpan Left)?> CountEverywhereAsync(string subject)
    {
        if (!redis.IsEnabled || !redis.IsAvailable)
        {
            return null;
        }

        try
        {
            var answer = (RedisResult[])(await redis.EvaluateAsync(Count, [$"login:{subject}"], [(long)Window.TotalMilliseconds]))!;
            return ((int)answer[0], TimeSpan.FromMilliseconds((long)answer[1]));
        }
        catch (Exception exception) when (exception is RedisAwayException or RedisServerException)
        {
            return null;
        }
    }

    private void Shrink(DateTimeOffset now)
    {
        if (_failures.Count < MaxWindows)
        {
            return;
        }

        foreach (var (subject, failures) in _failures)
        {
            if (failures.Until <= now)
            {
                _failures.TryRemove(subject, out _);
            }
        }

        // So many addresses at once: limits per address are of no use against that, and memory is.
        if (_failures.Count >= MaxWindows)
        {
            _failures.Clear();
        }
    }

    private sealed record Failures(int Number, DateTimeOffset Until);
}
