using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Runner.Worker.Runs.Reports;

namespace Capns.Runner.Worker.Runs.Progress;

/// <summary>Collects an execution's events into reports for the event log: every 500 ms or 100 events (platform spec 3.3, rule 9).</summary>
/// <remarks>Used by one caller at a time. While the broker is away up to 1,000 events wait; later ones are left out.</remarks>
internal sealed class EventRecorder(RunTool order, IRunReports reports, string runnerId, TimeProvider time) : IDisposable
{
    private const int BatchSize = 100;
    private const int MaxWaiting = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>At the end of a run the last events get this long to reach the broker, so that an ending is not held up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly List<ToolExecutionProgress> _waiting = [];
    private readonly CancellationTokenSource _giveUp = new();
    private Task _sending = Task.CompletedTask;
    private long _since;

    /// <summary>Adds an event.</summary>
    public void Add(ToolExecutionProgress happened)
    {
        if (_waiting.Count == 0)
        {
            _since = time.GetTimestamp();
        }

        if (_waiting.Count < MaxWaiting)
        {
            _waiting.Add(happened);
        }
    }

    /// <summary>Time until <see cref="SendIfDue"/> has something to do; null: nothing waits, or a report is on its way.</summary>
    public TimeSpan? UntilDue
    {
        get
        {
            if (_waiting.Count == 0 || !_sending.IsCompleted)
            {
                return null;
            }

            var left = _waiting.Count >= BatchSize ? TimeSpan.Zero : Interval - time.GetElapsedTime(_since);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Starts sending a report when one is due.</summary>
    /// <param name="sent">Called when it has been sent.</param>
    public void SendIfDue(Action sent)
    {
        if (UntilDue == TimeSpan.Zero)
        {
            _sending = SendAsync(TakeBatch(), sent);
        }
    }

    /// <summary>Sends what waits.</summary>
    public async Task CompleteAsync()
    {
        _giveUp.CancelAfter(Patience);
        await _sending;
        while (_waiting.Count > 0 && !_giveUp.IsCancellationRequested)
        {
            await SendAsync(TakeBatch(), static () => { });
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _giveUp.Dispose();

    private List<ToolExecutionProgress> TakeBatch()
    {
        var batch = _waiting[..Math.Min(BatchSize, _waiting.Count)];
        _waiting.RemoveRange(0, batch.Count);
        return batch;
    }

    private async Task SendAsync(List<ToolExecutionProgress> batch, Action sent)
    {
        var report = new RunEventsRecorded
        {
            ExecutionId = order.ExecutionId,
            Attempt = order.Attempt,
            Dispatch = order.Dispatch,
            RunnerId = runnerId,
            LastSequence = batch[^1].Sequence,
            Events = batch,
        };
        try
        {
            await reports.SendAsync(report, order, _giveUp.Token);
        }
        catch (OperationCanceledException)
        {
            // The run has ended and the broker is away: its ending matters more than its log.
        }

        sent();
    }
}
