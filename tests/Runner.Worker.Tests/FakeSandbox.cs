using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Capns.Runner.Worker.Sandboxing;

namespace Capns.Runner.Worker.Tests;

/// <summary>A sandbox whose programs are written by the test.</summary>
internal sealed class FakeSandbox(Func<FakeProgram, Task<SandboxResult>> program) : ISandbox
{
    public const string Name = "native";
    private readonly Channel<FakeProgram> _started = Channel.CreateUnbounded<FakeProgram>();

    public string Driver => Name;

    public ConcurrentQueue<SandboxSpec> Specs { get; } = new();

    public string? ProbeAnswer { get; set; }

    /// <summary>A program that prints a result and ends.</summary>
    public static FakeSandbox Completing(string line = """{"$capns":"result","value":{"value":8}}""") => new(async run =>
    {
        await run.PrintAsync(line);
        return Example.Exited();
    });

    /// <summary>A program that runs until it is stopped.</summary>
    public static FakeSandbox RunningUntilStopped() => new(run => run.UntilStoppedAsync());

    /// <summary>The next program that started.</summary>
    public async Task<FakeProgram> StartedAsync() => await _started.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    public Task<string?> ProbeAsync(CancellationToken cancellationToken) => Task.FromResult(ProbeAnswer);

    public Task<int> ReapAsync(CancellationToken cancellationToken) => Task.FromResult(0);

    public void Warm(IReadOnlyList<SandboxProgram> programs)
    {
    }

    public async Task<SandboxResult> RunAsync(SandboxSpec spec, ISandboxOutput output, CancellationToken stop, CancellationToken kill)
    {
        Specs.Enqueue(spec);
        var run = new FakeProgram(spec, output, stop, kill);
        _started.Writer.TryWrite(run);
        return await program(run);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>One run of a fake sandbox.</summary>
internal sealed class FakeProgram(SandboxSpec spec, ISandboxOutput output, CancellationToken stop, CancellationToken kill)
{
    private readonly TaskCompletionSource<SandboxResult> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SandboxSpec Spec => spec;

    public bool StopAsked => stop.IsCancellationRequested;

    public bool KillAsked => kill.IsCancellationRequested;

    public async Task PrintAsync(string line) => await output.StdoutAsync(Encoding.UTF8.GetBytes(line + "\n"));

    public async Task PrintErrorAsync(string line) => await output.StderrAsync(Encoding.UTF8.GetBytes(line + "\n"));

    public void End(SandboxResult result) => _end.TrySetResult(result);

    /// <summary>Ends when it is killed, or as the test says.</summary>
    public async Task<SandboxResult> UntilKilledAsync()
    {
        await using var registration = kill.Register(() => End(Example.Exited() with { Outcome = SandboxOutcome.Stopped, ExitCode = null }));
        return await _end.Task;
    }

    /// <summary>Ends when it is stopped or killed, or as the test says.</summary>
    public async Task<SandboxResult> UntilStoppedAsync()
    {
        await using var registration = stop.Register(() => End(Example.Exited() with { Outcome = SandboxOutcome.Stopped, ExitCode = null }));
        return await UntilKilledAsync();
    }
}
