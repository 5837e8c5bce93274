using System.Text;

namespace Capns.Runner.Worker.Sandboxing.Native;

/// <summary>One run in a sandbox that stands ready, from its input to its end. The first cause of an end is the outcome.</summary>
internal sealed class NativeRun : IDisposable
{
    /// <summary>Exit codes above it mean a signal, as in a shell.</summary>
    private const int SignalBase = 128;
    private const int HighestSignal = 64;

    /// <summary>How often a run is asked whether one of its processes was killed for memory while others go on.</summary>
    private static readonly TimeSpan MemoryCheck = TimeSpan.FromMilliseconds(200);

    private readonly SandboxSpec _spec;
    private readonly NativeMember _member;
    private readonly TimeProvider _time;
    private readonly OutputPump _pump;
    private readonly CancellationTokenSource _ended = new();
    private int _cause;

    public NativeRun(SandboxSpec spec, NativeMember member, ISandboxOutput output, TimeProvider time)
    {
        _spec = spec;
        _member = member;
        _time = time;
        _pump = new OutputPump(output, spec.Limits.OutputBytes, End);
    }

    /// <summary>Lets the program run and waits until all of its processes are gone.</summary>
    /// <exception cref="SandboxFailedException">The sandbox did not come up.</exception>
    public async Task<SandboxResult> RunAsync(byte[] frame, bool warm, CancellationToken stop, CancellationToken kill)
    {
        var usedBefore = _member.Group.CpuTime();
        var started = _time.GetTimestamp();
        await using var wall = _time.CreateTimer(_ => End(SandboxOutcome.TimedOut), null, _spec.Limits.WallTime, Timeout.InfiniteTimeSpan);
        await using var memory = _time.CreateTimer(_ => EndWhenOutOfMemory(), null, MemoryCheck, MemoryCheck);
        await using var killing = kill.UnsafeRegister(_ => End(SandboxOutcome.Stopped), null);
        ITimer? grace = null;
        await using var stopping = stop.UnsafeRegister(_ => grace = Stop(), null);

        var input = SendAsync(frame);
        var pumped = _pump.RunAsync(_member.Stdout, _member.Stderr);
        var code = await _member.Ended;
        var duration = _time.GetElapsedTime(started);
        await _ended.CancelAsync();
        await _member.EndAsync();
        grace?.Dispose();
        await input;
        await pumped;

        return Result(code, warm, duration, _member.Group.CpuTime() - usedBefore);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _pump.Dispose();
        _ended.Dispose();
    }

    private async Task SendAsync(byte[] frame)
    {
        await _member.SendFrameAsync(frame);
        await NativeMember.WriteAndCloseAsync(_member.Stdin, _spec.Stdin, _ended.Token);
    }

    private void End(SandboxOutcome cause)
    {
        Interlocked.CompareExchange(ref _cause, (int)cause, 0);
        _member.Group.Kill();
    }

    private void EndWhenOutOfMemory()
    {
        if (!_ended.IsCancellationRequested && _member.Group.OutOfMemoryKills() > 0)
        {
            End(SandboxOutcome.OutOfMemory);
        }
    }

    private ITimer Stop()
    {
        Interlocked.CompareExchange(ref _cause, (int)SandboxOutcome.Stopped, 0);
        _member.Group.Signal(Libc.SignalTerminate, [_member.Process]);
        return _time.CreateTimer(_ => End(SandboxOutcome.Stopped), null, _spec.StopGrace, Timeout.InfiniteTimeSpan);
    }

    private SandboxResult Result(int? code, bool warm, TimeSpan duration, TimeSpan cpu)
    {
        var outcome = (SandboxOutcome)_cause;
        if (outcome is SandboxOutcome.Unknown or SandboxOutcome.TimedOut && _member.Group.OutOfMemoryKills() > 0)
        {
            outcome = SandboxOutcome.OutOfMemory;
        }

        var signal = code - SignalBase is > 0 and <= HighestSignal ? code - SignalBase : null;
        if (outcome == SandboxOutcome.Unknown)
        {
            outcome = code is null ? throw NotStarted() : signal is null ? SandboxOutcome.Exited : SandboxOutcome.Signaled;
        }

        return new SandboxResult
        {
            Outcome = outcome,
            ExitCode = outcome == SandboxOutcome.Exited ? code : null,
            Signal = outcome == SandboxOutcome.Signaled ? signal : null,
            Driver = NativeSandbox.DriverName,
            SandboxId = _member.Group.Name,
            Warm = warm,
            Duration = duration,
            CpuTime = cpu,
            PeakMemoryBytes = _member.Group.PeakMemory(),
        };
    }

    private SandboxFailedException NotStarted()
    {
        var said = Encoding.UTF8.GetString(_pump.FirstErrors.ToArray()).Trim();
        // The text may name folders of the host, so it stays out of the message.
        return new SandboxFailedException("The sandbox ended before its program did.", said.Length > 0 ? new InvalidOperationException(said) : null);
    }
}
