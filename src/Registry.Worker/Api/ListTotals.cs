using System.Collections.Concurrent;
using System.Diagnostics;

namespace Capns.Registry.Worker.Api;

/// <summary>How many elements a list has. Counting a large list takes long, so the number is kept for a while: the longer, the longer it took.</summary>
/// <remarks>A list of less than <see cref="Large"/> elements, or one that is counted in a few milliseconds, is counted each time. Thread-safe.</remarks>
internal sealed class ListTotals(TimeProvider time)
{
    /// <summary>The number of a smaller list is not kept, however long its counting took.</summary>
    public const long Large = 10_000;

    /// <summary>A count that took less is not kept.</summary>
    public static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(10);

    /// <summary>Longest time a number may be old.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    /// <summary>A number is kept so many times as long as its counting took.</summary>
    private const int Patience = 500;

    private const int MaxKept = 1000;

    private readonly ConcurrentDictionary<string, (long Total, DateTimeOffset Until)> _kept = new(StringComparer.Ordinal);

    /// <summary>The number of elements.</summary>
    /// <param name="key">Which list: its kind and its filters.</param>
    /// <param name="count">Counts.</param>
    public async Task<long> CountAsync(string key, Func<Task<long>> count)
    {
        var now = time.GetUtcNow();
        if (_kept.TryGetValue(key, out var known) && now < known.Until)
        {
            return known.Total;
        }

        var started = Stopwatch.GetTimestamp();
        var total = await count();
        var took = Stopwatch.GetElapsedTime(started);
        if (took < Quick || total < Large)
        {
            _kept.TryRemove(key, out _);
            return total;
        }

        if (_kept.Count >= MaxKept)
        {
            _kept.Clear();
        }

        var age = took * Patience;
        _kept[key] = (total, now + (age < MaxAge ? age : MaxAge));
        return total;
    }
}
