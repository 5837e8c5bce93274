namespace Capns.Runner.Worker.Sandboxing;

/// <summary>How a run in a sandbox ended.</summary>
internal sealed record SandboxResult
{
    /// <summary>How.</summary>
    public required SandboxOutcome Outcome { get; init; }

    /// <summary>Present when <see cref="Outcome"/> is <see cref="SandboxOutcome.Exited"/>.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Number of the signal; present when <see cref="Outcome"/> is <see cref="SandboxOutcome.Signaled"/>.</summary>
    public int? Signal { get; init; }

    /// <summary>The driver that ran it.</summary>
    public required string Driver { get; init; }

    /// <summary>The driver's own name of the sandbox.</summary>
    public required string SandboxId { get; init; }

    /// <summary>True when it came from the warm pool.</summary>
    public required bool Warm { get; init; }

    /// <summary>Wall-clock time from the program's start to its end.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>CPU time of all processes.</summary>
    public required TimeSpan CpuTime { get; init; }

    /// <summary>Most memory at any time, in bytes.</summary>
    public required long PeakMemoryBytes { get; init; }
}

/// <summary>How a run in a sandbox ended; the first cause wins.</summary>
internal enum SandboxOutcome
{
    Unknown = 0,
    Exited,
    Signaled,
    OutOfMemory,
    TimedOut,
    OutputTooLarge,
    Stopped,
}
