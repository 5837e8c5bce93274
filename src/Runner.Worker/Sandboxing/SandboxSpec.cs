namespace Capns.Runner.Worker.Sandboxing;

/// <summary>One run in a sandbox.</summary>
internal sealed record SandboxSpec
{
    /// <summary>Names the sandbox in host-side names and in logs.</summary>
    public required Guid ExecutionId { get; init; }

    /// <summary>1 and up.</summary>
    public required int Attempt { get; init; }

    /// <summary>What runs.</summary>
    public required SandboxProgram Program { get; init; }

    /// <summary>
    /// Environment of this run, beside <see cref="SandboxProgram.Environment"/>. Must be empty for a
    /// <see cref="SandboxProgram.Prestart"/> program.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Given to the program on stdin, followed by its end.</summary>
    public required ReadOnlyMemory<byte> Stdin { get; init; }

    /// <summary>Limits; each is enforced.</summary>
    public required SandboxLimits Limits { get; init; }

    /// <summary>Time between SIGTERM and the kill when the run is stopped. Default: 5 s.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>A program that a sandbox can run; equal programs share warm members.</summary>
internal sealed record SandboxProgram
{
    /// <summary>Program and arguments, without a shell. May be empty for an image with its own command.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>OCI image, for the container driver. Absent: the driver's base file system.</summary>
    public string? Image { get; init; }

    /// <summary>Environment of the program.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Host folders shown read-only inside, host path to sandbox path, e.g. the tools' files at <c>/tools</c>.</summary>
    public IReadOnlyDictionary<string, string> ReadOnlyFolders { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// True: the program does nothing before it has read stdin, and takes all it needs from there; a warm pool may start it
    /// before a run is known. Each started program serves one run only.
    /// </summary>
    public bool Prestart { get; init; }
}

/// <summary>Limits of one run.</summary>
internal sealed record SandboxLimits
{
    /// <summary>Bytes, all processes and the scratch disk's pages together; no swap.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Cores; 1.0 is one core.</summary>
    public required double Cpu { get; init; }

    /// <summary>Wall-clock time from the program's start.</summary>
    public required TimeSpan WallTime { get; init; }

    /// <summary>Processes and threads at one time.</summary>
    public required int Processes { get; init; }

    /// <summary>Bytes of stdout and stderr together.</summary>
    public required long OutputBytes { get; init; }

    /// <summary>Bytes of writable scratch: <c>/tmp</c>, which is also the working folder and HOME.</summary>
    public required long ScratchBytes { get; init; }
}
