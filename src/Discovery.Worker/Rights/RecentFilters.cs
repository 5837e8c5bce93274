using System.Collections.Concurrent;
using Capns.Access;
using Capns.Access.Messages;
using Capns.Access.Rules;

namespace Capns.Discovery.Worker.Rights;

/// <summary>Filters of callers who have just asked before: most do so many times a second. Thread-safe.</summary>
internal sealed class RecentFilters(TimeProvider time)
{
    /// <summary>As old as rules may be: grants and policies end by the clock too.</summary>
    private static readonly TimeSpan MaxAge = AccessState.MaxAge;

    /// <summary>Most filters that are kept; further callers get one of their own each time.</summary>
    private const int Most = 1000;

    private Shelf? _shelf;

    /// <summary>What somebody may run now, as of at most a second ago.</summary>
    /// <param name="caller">Two whose header is the same are the same.</param>
    /// <param name="agentId">The agent that the request names.</param>
    /// <param name="rules">As they count now.</param>
    public RightsFilter Get(Caller caller, string? agentId, RulesNow rules)
    {
        var shelf = Volatile.Read(ref _shelf);
        if (shelf is null || shelf.Rules != rules || time.GetElapsedTime(shelf.At) > MaxAge)
        {
            shelf = new Shelf(rules, time.GetTimestamp());
            Volatile.Write(ref _shelf, shelf);
        }

        var key = (CallerHeader.Write(caller), agentId);
        if (shelf.Filters.TryGetValue(key, out var known))
        {
            return known;
        }

        var made = new RightsFilter(caller, agentId, rules.Rules, time.GetUtcNow(), rules.IsStale);
        return shelf.Filters.Count < Most ? shelf.Filters.GetOrAdd(key, made) : made;
    }

    private sealed record Shelf(RulesNow Rules, long At)
    {
        public ConcurrentDictionary<(string Caller, string? AgentId), RightsFilter> Filters { get; } = new();
    }
}
