using System.Threading.Channels;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Runner.Worker.Runs.Output;
using Capns.Runner.Worker.Runs.Reports;

namespace Capns.Runner.Worker.Runs.Progress;

/// <summary>The progress events of one attempt: rated, merged, numbered, published and recorded (platform spec 3.16).</summary>
/// <remarks>
/// <see cref="Add"/> never waits: a slow broker or Redis slows no tool down. At most ten events go out in any second, four
/// of which are kept for what waits when the tool ends.
/// </remarks>
internal sealed class ProgressStream : IToolEvents, IAsyncDisposable
{
    private readonly RunTool _order;
    private readonly IProgressSink _sink;
    private readonly TimeProvider _time;
    private readonly TimeSpan _heartbeat;
    private readonly EventRecorder _recorder;
    private readonly EventRate _rate;
    private readonly EventPace _pace;
    private readonly Queue<ProgressDraft> _ready = new();
    private readonly MergedEvents _merged = new();
    private readonly Lock _gate = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly ITimer _timer;
    private readonly long _startedAt;
    private readonly Task _pump;
    private long _lastSentAt;
    private int _lastSequence;
    private volatile bool _completing;

    /// <summary>Starts the stream; its first event follows the attempt's <c>started</c>.</summary>
    /// <param name="order">The attempt.</param>
    /// <param name="sink">Where fresh events go.</param>
    /// <param name="reports">Where the event log's reports go.</param>
    /// <param name="options">The heartbeat's interval.</param>
    /// <param name="time">The clock.</param>
    public ProgressStream(RunTool order, IProgressSink sink, IRunReports reports, RunnerOptions options, TimeProvider time)
    {
        _order = order;
        _sink = sink;
        _time = time;
        _heartbeat = options.HeartbeatInterval;
        _recorder = new EventRecorder(order, reports, options.RunnerId, time);
        _rate = new EventRate(time);
        _pace = new EventPace(time);
        _lastSequence = order.FirstSequence;
        _startedAt = _lastSentAt = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _pump = PumpAsync();
    }

    /// <summary>Sequence of the last event sent.</summary>
    public int LastSequence => Volatile.Read(ref _lastSequence);

    /// <inheritdoc/>
    public void Add(ToolEvent happened)
    {
        lock (_gate)
        {
            if (_merged.IsEmpty && _pace.Wait == TimeSpan.Zero && _rate.TryTake(MergedEvents.MaxCount))
            {
                _ready.Enqueue(ProgressDraft.Of(happened));
            }
            else
            {
                _merged.Add(happened);
            }
        }

        Wake();
    }

    /// <summary>Sends what still waits. Afterwards <see cref="LastSequence"/> is final.</summary>
    public async Task CompleteAsync()
    {
        _completing = true;
        Wake();
        await _pump;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CompleteAsync();
        await _timer.DisposeAsync();
        _recorder.Dispose();
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    private async Task PumpAsync()
    {
        while (true)
        {
            var completing = _completing;
            while (TakeDraft(completing) is { } draft)
            {
                await SendAsync(draft);
            }

            if (completing)
            {
                await _recorder.CompleteAsync();
                return;
            }

            await HeartbeatIfDueAsync();
            _recorder.SendIfDue(Wake);
            _timer.Change(UntilNext(), Timeout.InfiniteTimeSpan);
            await _wake.Reader.ReadAsync();
        }
    }

    private ProgressDraft? TakeDraft(bool completing)
    {
        lock (_gate)
        {
            if (_ready.TryDequeue(out var ready))
            {
                return ready;
            }

            // At the end the four that were kept back go out, whatever the rate says by then.
            if (completing)
            {
                return _merged.Take();
            }

            if (_merged.IsEmpty || _pace.Wait > TimeSpan.Zero || !_rate.TryTake(MergedEvents.MaxCount))
            {
                return null;
            }

            _pace.Gone(_merged.Count);
            return _merged.Take();
        }
    }

    private async Task HeartbeatIfDueAsync()
    {
        if (_time.GetElapsedTime(_lastSentAt) < _heartbeat)
        {
            return;
        }

        lock (_gate)
        {
            _rate.TryTake(0);
        }

        await SendAsync(new ProgressDraft { Kind = ProgressKind.Heartbeat });
    }

    private TimeSpan UntilNext()
    {
        var next = _heartbeat - _time.GetElapsedTime(_lastSentAt);
        if (_recorder.UntilDue is { } recorder && recorder < next)
        {
            next = recorder;
        }

        lock (_gate)
        {
            var (free, paced) = (_rate.UntilFree(MergedEvents.MaxCount), _pace.Wait);
            var soonest = free > paced ? free : paced;
            if (!_merged.IsEmpty && soonest < next)
            {
                next = soonest;
            }
        }

        return next > TimeSpan.Zero ? next : TimeSpan.Zero;
    }

    private async Task SendAsync(ProgressDraft draft)
    {
        _lastSentAt = _time.GetTimestamp();
        var sequence = LastSequence + 1;
        var happened = ProgressEvents.Create(_order, draft, sequence, _time.GetUtcNow(), _time.GetElapsedTime(_startedAt));
        Volatile.Write(ref _lastSequence, sequence);
        _recorder.Add(happened);
        await _sink.PublishAsync(_order, happened);
    }
}
