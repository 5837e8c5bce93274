using System.Diagnostics;
using Capns.Runner.Worker.Sandboxing;
using Xunit;

namespace Capns.Sandbox.Tests.Conformance;

/// <summary>Ends: stop, kill, and what a program leaves behind.</summary>
public abstract partial class SandboxConformance
{
    [SandboxFact]
    public async Task Stop_ProgramListens_MayFinishAndItsLastWordsArrive()
    {
        using var stop = new CancellationTokenSource();
        var script = "trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.05; done";
        var spec = Example.Script(script) with { StopGrace = TimeSpan.FromSeconds(15) };

        var (result, output) = await RunUntil("up", spec, stop, stop.Token, CancellationToken.None);

        Assert.Equal(SandboxOutcome.Stopped, result.Outcome);
        Assert.Null(result.ExitCode);
        Assert.Equal("up\nbye\n", output.Stdout);
        Assert.InRange(result.Duration, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [SandboxFact]
    public async Task Stop_ProgramIgnoresIt_IsKilledAfterTheGrace()
    {
        using var stop = new CancellationTokenSource();
        var marker = HostProcesses.Marker();
        var script = $"trap 'echo no' TERM; setsid sh -c 'trap \"\" TERM; sleep {marker}' & echo up; while :; do sleep 0.05; done";
        var spec = Example.Script(script) with { StopGrace = TimeSpan.FromMilliseconds(400) };

        var watch = Stopwatch.StartNew();
        var (result, output) = await RunUntil("up", spec, stop, stop.Token, CancellationToken.None);

        Assert.Equal(SandboxOutcome.Stopped, result.Outcome);
        Assert.Contains("no", output.Stdout, StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(390), TimeSpan.FromSeconds(8));
        Assert.Empty(HostProcesses.With(marker));
    }

    [SandboxFact]
    public async Task Kill_ProgramWouldListen_IsGoneAtOnce()
    {
        using var kill = new CancellationTokenSource();
        var marker = HostProcesses.Marker();
        var script = $"trap 'echo bye; exit 7' TERM; sleep {marker} & echo up; while :; do sleep 0.05; done";

        var (result, output) = await RunUntil("up", Example.Script(script), kill, CancellationToken.None, kill.Token);

        Assert.Equal(SandboxOutcome.Stopped, result.Outcome);
        Assert.Equal("up\n", output.Stdout);
        Assert.Empty(HostProcesses.With(marker));
    }

    [SandboxFact]
    public async Task Kill_BeforeTheStart_StillGivesAResult()
    {
        using var kill = new CancellationTokenSource();
        await kill.CancelAsync();

        var (result, _) = await Run(Example.Script("sleep 20"), CancellationToken.None, kill.Token);

        Assert.Equal(SandboxOutcome.Stopped, result.Outcome);
    }

    [SandboxFact]
    public async Task Stop_AfterwardsKill_EndsTheGraceEarly()
    {
        using var stop = new CancellationTokenSource();
        using var kill = new CancellationTokenSource();
        var spec = Example.Script("trap 'echo no' TERM; echo up; while :; do sleep 0.05; done") with { StopGrace = TimeSpan.FromSeconds(60) };
        var output = new RecordedOutput();

        var running = Sandbox.RunAsync(spec with { Limits = spec.Limits with { WallTime = TimeSpan.FromSeconds(60) } }, output, stop.Token, kill.Token);
        await output.Seen("up");
        await stop.CancelAsync();
        await output.Seen("no");
        await kill.CancelAsync();
        var result = await running;

        Assert.Equal(SandboxOutcome.Stopped, result.Outcome);
        Assert.InRange(result.Duration, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [SandboxFact]
    public async Task Exit_DaemonIsLeftBehind_IsGoneWithTheRun()
    {
        var marker = HostProcesses.Marker();
        var (result, output) = await Run(Example.Script($"setsid sleep {marker} & echo started"));

        Assert.Equal(SandboxOutcome.Exited, result.Outcome);
        Assert.Equal("started\n", output.Stdout);
        Assert.InRange(result.Duration, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Empty(HostProcesses.With(marker));
    }

    [SandboxFact]
    public async Task Output_ReceiverFails_ErrorComesOutAndNothingIsLeft()
    {
        var marker = HostProcesses.Marker();
        var spec = Example.Script($"sleep {marker} & echo up; wait");
        var watch = Stopwatch.StartNew();

        await Assert.ThrowsAsync<InvalidTimeZoneException>(
            () => Sandbox.RunAsync(spec, new FailingOutput(), CancellationToken.None, CancellationToken.None));

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Empty(HostProcesses.With(marker));
    }

    [SandboxFact]
    public async Task Output_ReceiverIsSlow_ProgramWaits()
    {
        using var kill = new CancellationTokenSource();
        var output = new BlockedOutput();
        var spec = Example.Script("head -c 8000000 /dev/zero");

        var running = Sandbox.RunAsync(spec, output, CancellationToken.None, kill.Token);
        await output.Called;
        Assert.False(running.IsCompleted);
        output.Go();
        var result = await running;

        Assert.Equal(SandboxOutcome.Exited, result.Outcome);
        Assert.Equal(8_000_000, output.Total);
    }

    private async Task<(SandboxResult Result, RecordedOutput Output)> RunUntil(
        string text, SandboxSpec spec, CancellationTokenSource then, CancellationToken stop, CancellationToken kill)
    {
        var output = new RecordedOutput();
        var running = Sandbox.RunAsync(spec, output, stop, kill);
        await Task.WhenAny(output.Seen(text), running);
        await then.CancelAsync();
        return (await running, output);
    }

    private sealed class FailingOutput : ISandboxOutput
    {
        public ValueTask StdoutAsync(ReadOnlyMemory<byte> bytes) => throw new InvalidTimeZoneException();

        public ValueTask StderrAsync(ReadOnlyMemory<byte> bytes) => throw new InvalidTimeZoneException();
    }

    private sealed class BlockedOutput : ISandboxOutput
    {
        private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Called => _called.Task;

        public long Total { get; private set; }

        public void Go() => _go.SetResult();

        public async ValueTask StdoutAsync(ReadOnlyMemory<byte> bytes)
        {
            _called.TrySetResult();
            await _go.Task;
            Total += bytes.Length;
        }

        public ValueTask StderrAsync(ReadOnlyMemory<byte> bytes) => ValueTask.CompletedTask;
    }
}
