using System.Collections.Concurrent;
using System.Diagnostics;
using Capns.Bench.Wire;

namespace Capns.Bench.Load;

/// <summary>Keeps a number of executions of one tool in flight and measures each from publish to started and to completed.</summary>
internal sealed class ExecutionLoad(RequestPublisher publisher)
{
    private static readonly object Sum = new { operation = "add", operands = new[] { 5, 3 } };
    private readonly ConcurrentDictionary<Guid, Pending> _pending = new();

    /// <summary>To be called with every event that comes.</summary>
    public void Seen(EventRecord record)
    {
        if (!_pending.TryGetValue(record.ExecutionId, out var pending))
        {
            return;
        }

        if (record.Type == "tool.execution.started")
        {
            pending.StartedAt = record.ReceivedAt;
        }
        else if (record.IsFinal && _pending.TryRemove(record.ExecutionId, out _))
        {
            pending.Ended.TrySetResult(record);
        }
    }

    /// <summary>Runs for a while at a fixed concurrency.</summary>
    public async Task<LoadFigures> MeasureAsync(string tool, int inFlight, TimeSpan warmUp, TimeSpan duration, CancellationToken cancellationToken)
    {
        var figures = new LoadFigures();
        var start = Stopwatch.GetTimestamp();
        var measureFrom = start + (long)(warmUp.TotalSeconds * Stopwatch.Frequency);
        var end = measureFrom + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => LoopAsync(tool, figures, measureFrom, end, cancellationToken)));
        figures.Elapsed = duration;
        return figures;
    }

    private async Task LoopAsync(string tool, LoadFigures figures, long measureFrom, long end, CancellationToken cancellationToken)
    {
        while (Stopwatch.GetTimestamp() < end)
        {
            var id = Guid.CreateVersion7();
            var pending = new Pending();
            _pending[id] = pending;
            var published = Stopwatch.GetTimestamp();
            await publisher.PublishAsync(id, tool, Sum, cancellationToken);
            var final = await pending.Ended.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
            if (published < measureFrom)
            {
                continue;
            }

            if (final.Type != "tool.execution.completed")
            {
                figures.CountFailure(final.Code ?? final.Type);
                continue;
            }

            if (pending.StartedAt is { } started)
            {
                figures.ToStarted.Add(published, started);
            }

            figures.ToCompleted.Add(published, final.ReceivedAt);
        }
    }

    private sealed class Pending
    {
        public TaskCompletionSource<EventRecord> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long? StartedAt { get; set; }
    }
}

/// <summary>What one measurement gave.</summary>
internal sealed class LoadFigures
{
    private readonly ConcurrentDictionary<string, int> _failures = new(StringComparer.Ordinal);

    public LatencySample ToStarted { get; } = new();

    public LatencySample ToCompleted { get; } = new();

    public TimeSpan Elapsed { get; set; }

    public double PerSecond => ToCompleted.Count / Elapsed.TotalSeconds;

    public IReadOnlyDictionary<string, int> Failures => _failures;

    public void CountFailure(string code) => _failures.AddOrUpdate(code, 1, (_, count) => count + 1);
}
