using System.Collections.Concurrent;
using Capns.Bench.Wire;

namespace Capns.Bench.Chaos;

/// <summary>What the broker handed out, held against what it accepted; knows nothing of the platform's own tables.</summary>
internal sealed class HistoryChecker
{
    private readonly ConcurrentDictionary<Guid, byte> _accepted = new();
    private readonly ConcurrentDictionary<Guid, ConcurrentDictionary<string, EventRecord>> _events = new();
    private int _repeats;
    private int _finished;

    /// <summary>Executions that were accepted and have a final event.</summary>
    public int Finished => Volatile.Read(ref _finished);

    public int AcceptedCount => _accepted.Count;

    public void Accepted(Guid executionId) => _accepted[executionId] = 0;

    /// <summary>The same event may come again (at least once); it is the same when its id is.</summary>
    public void Seen(EventRecord record)
    {
        var events = _events.GetOrAdd(record.ExecutionId, _ => new ConcurrentDictionary<string, EventRecord>(StringComparer.Ordinal));
        var firstFinal = record.IsFinal && !events.Values.Any(other => other.IsFinal);
        if (!events.TryAdd(record.Id, record))
        {
            Interlocked.Increment(ref _repeats);
            return;
        }

        if (firstFinal)
        {
            Interlocked.Increment(ref _finished);
        }
    }

    public IEnumerable<EventRecord> EventsOf(Guid executionId) =>
        _events.TryGetValue(executionId, out var events) ? events.Values.OrderBy(record => record.Sequence) : [];

    public HistoryReport Report(IReadOnlyDictionary<Guid, bool> idempotent)
    {
        var finals = _accepted.Keys.ToDictionary(id => id, id => EventsOf(id).Where(record => record.IsFinal).ToList());
        var attempts = _accepted.Keys
            .Where(id => !idempotent[id])
            .Count(id => EventsOf(id).Where(record => record.Type == "tool.execution.started").Select(record => record.Attempt).Distinct().Count() > 1);
        return new HistoryReport
        {
            Accepted = _accepted.Count,
            Completed = finals.Values.Count(list => list is [{ Type: "tool.execution.completed" }, ..]),
            Failed = finals.Values.Count(list => list is [{ Type: "tool.execution.failed" }, ..]),
            Cancelled = finals.Values.Count(list => list is [{ Type: "tool.execution.cancelled" }, ..]),
            Lost = finals.Where(pair => pair.Value.Count == 0).Select(pair => pair.Key).ToList(),
            EndedTwice = finals.Where(pair => pair.Value.Count > 1).Select(pair => pair.Key).ToList(),
            NotIdempotentRunAgain = attempts,
            RepeatedDeliveries = _repeats,
            FailuresByCode = finals.Values
                .SelectMany(list => list.Take(1))
                .Where(record => record.Code is not null)
                .GroupBy(record => record.Code!, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal),
            UnaskedFor = _events.Keys.Count(id => !_accepted.ContainsKey(id)),
            SequenceDisorders = _accepted.Keys.Count(HasTwiceUsedSequence),
        };
    }

    private bool HasTwiceUsedSequence(Guid id) =>
        EventsOf(id).Where(record => record.Type != "tool.execution.progress").GroupBy(record => record.Sequence).Any(group => group.Count() > 1);
}

/// <summary>The checker's verdict.</summary>
internal sealed record HistoryReport
{
    public required int Accepted { get; init; }

    public required int Completed { get; init; }

    public required int Failed { get; init; }

    public required int Cancelled { get; init; }

    public required IReadOnlyList<Guid> Lost { get; init; }

    public required IReadOnlyList<Guid> EndedTwice { get; init; }

    /// <summary>Executions of a tool that is not idempotent with more than one started attempt.</summary>
    public required int NotIdempotentRunAgain { get; init; }

    public required int RepeatedDeliveries { get; init; }

    public required IReadOnlyDictionary<string, int> FailuresByCode { get; init; }

    /// <summary>Executions that nobody asked for.</summary>
    public required int UnaskedFor { get; init; }

    /// <summary>Executions in which two state events have the same sequence.</summary>
    public required int SequenceDisorders { get; init; }

    public bool Clean => Lost.Count == 0 && EndedTwice.Count == 0 && NotIdempotentRunAgain == 0 && UnaskedFor == 0 && SequenceDisorders == 0
        && Completed + Failed + Cancelled == Accepted;
}
