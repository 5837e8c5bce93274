using System.Threading.Channels;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Runner.Worker.RateLimits;
using Capns.Runner.Worker.Runs;
using Capns.Runner.Worker.Runs.Progress;
using Capns.Runner.Worker.Runs.Reports;

namespace Capns.Runner.Worker.Tests;

/// <summary>Keeps reports; the broker is there until the test takes it away.</summary>
internal sealed class RecordedReports : IRunReports
{
    private readonly Channel<object> _reports = Channel.CreateUnbounded<object>();
    private readonly Lock _gate = new();
    private readonly List<object> _all = [];
    private TaskCompletionSource _there = Completed();

    public IReadOnlyList<object> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _all];
            }
        }
    }

    /// <summary>From now on no report is confirmed.</summary>
    public void TakeBrokerAway() => _there = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Reports are confirmed again.</summary>
    public void BringBrokerBack() => _there.TrySetResult();

    /// <summary>The next report that is confirmed, which must be of this type; events for the log are passed over.</summary>
    public async Task<T> NextAsync<T>()
    {
        while (true)
        {
            var report = await _reports.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
            if (report is T wanted)
            {
                return wanted;
            }

            Assert.IsType<RunEventsRecorded>(report);
        }
    }

    public async Task SendAsync<TReport>(TReport report, RunTool order, CancellationToken giveUp)
        where TReport : class
    {
        giveUp.ThrowIfCancellationRequested();
        await _there.Task.WaitAsync(giveUp);
        lock (_gate)
        {
            _all.Add(report);
        }

        _reports.Writer.TryWrite(report);
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}

/// <summary>Keeps progress events.</summary>
internal sealed class RecordedProgress : IProgressSink
{
    private readonly Channel<ToolExecutionProgress> _events = Channel.CreateUnbounded<ToolExecutionProgress>();

    public async Task<ToolExecutionProgress> NextAsync() =>
        await _events.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    public bool TryNext(out ToolExecutionProgress? happened) => _events.Reader.TryRead(out happened);

    public Task PublishAsync(RunTool order, ToolExecutionProgress happened)
    {
        _events.Writer.TryWrite(happened);
        return Task.CompletedTask;
    }
}

/// <summary>Says what the test says.</summary>
internal sealed class FakeLimiter : IRunLimiter
{
    public LimitDecision Decision { get; set; } = LimitDecision.Allowed;

    public int Taken { get; private set; }

    public int Released { get; private set; }

    public Task<LimitDecision> TakeAsync(RunTool order)
    {
        Taken++;
        return Task.FromResult(Decision);
    }

    public Task RenewAsync(RunTool order) => Task.CompletedTask;

    public Task ReleaseAsync(RunTool order)
    {
        Released++;
        return Task.CompletedTask;
    }
}

/// <summary>Every command is this runner's, until the test says otherwise.</summary>
internal sealed class FakeClaims : IRunClaims
{
    public bool Others { get; set; }

    public Task<bool> TryClaimAsync(RunTool order) => Task.FromResult(!Others);
}

/// <summary>A delivery whose channel the test can close.</summary>
internal sealed class FakeDelivery(RunTool order, bool redelivered = false) : IRunDelivery, IDisposable
{
    private readonly CancellationTokenSource _lost = new();
    private readonly TaskCompletionSource _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RecordedReports? _reports;

    public FakeDelivery(RunTool order, RecordedReports reports)
        : this(order) => _reports = reports;

    public RunTool Order => order;

    public bool Redelivered => redelivered;

    public CancellationToken Lost => _lost.Token;

    public int Acknowledgements { get; private set; }

    /// <summary>The reports that had been confirmed when it was acknowledged.</summary>
    public IReadOnlyList<object> ConfirmedBefore { get; private set; } = [];

    public Task WhenAcknowledged => _acknowledged.Task.WaitAsync(TimeSpan.FromSeconds(20));

    public void CloseChannel() => _lost.Cancel();

    public void Dispose() => _lost.Dispose();

    public ValueTask AcknowledgeAsync()
    {
        Acknowledgements++;
        ConfirmedBefore = _reports?.All ?? [];
        _acknowledged.TrySetResult();
        return ValueTask.CompletedTask;
    }
}
