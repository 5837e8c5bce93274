using Capns.Runner.Worker.Sandboxing;

namespace Capns.Runner.Worker.Executors;

/// <summary>No sandbox and no program: built-in tools echo <c>null</c>. Used only under <c>CAPNS_BENCH_NOOP_EXECUTOR=true</c>.</summary>
/// <remarks>For measuring all of the platform but the sandbox; every result says so in <c>isolation</c>. It runs no code of any tool.</remarks>
internal sealed class NoopSandbox(TimeProvider time) : ISandbox
{
    /// <summary>The word in <c>isolation</c> of events.</summary>
    public const string Name = "none-benchmark";

    private static readonly byte[] Line = "{\"$capns\":\"result\",\"value\":null}\n"u8.ToArray();

    /// <inheritdoc/>
    public string Driver => Name;

    /// <inheritdoc/>
    public Task<string?> ProbeAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <inheritdoc/>
    public Task<int> ReapAsync(CancellationToken cancellationToken) => Task.FromResult(0);

    /// <inheritdoc/>
    public void Warm(IReadOnlyList<SandboxProgram> programs)
    {
        // Nothing to keep warm.
    }

    /// <inheritdoc/>
    public async Task<SandboxResult> RunAsync(SandboxSpec spec, ISandboxOutput output, CancellationToken stop, CancellationToken kill)
    {
        var startedAt = time.GetTimestamp();
        await output.StdoutAsync(Line);
        return new SandboxResult
        {
            Outcome = SandboxOutcome.Exited,
            ExitCode = 0,
            Driver = Name,
            SandboxId = Name,
            Warm = true,
            Duration = time.GetElapsedTime(startedAt),
            CpuTime = TimeSpan.Zero,
            PeakMemoryBytes = 0,
        };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
