namespace Capns.Runner.Worker.Sandboxing;

/// <summary>A sandbox driver: the bounded place where one attempt runs (platform spec 5.5).</summary>
/// <remarks>
/// Each driver passes the same conformance suite (<c>tests/Sandbox.Tests</c>). A limit that cannot be set refuses the
/// run with <see cref="SandboxUnavailableException"/>; it is never skipped. Thread-safe: many runs at a time.
/// </remarks>
internal interface ISandbox : IAsyncDisposable
{
    /// <summary><c>native</c> or <c>container</c>: the word in <c>isolation</c> of events.</summary>
    string Driver { get; }

    /// <summary>Finds out, with a small run that tries to break the limits, whether this driver can be used here.</summary>
    /// <returns>Null when it can; else one sentence for the operator.</returns>
    Task<string?> ProbeAsync(CancellationToken cancellationToken);

    /// <summary>Removes what a killed runner of this host left behind: processes, control groups, containers, folders.</summary>
    /// <returns>The number of sandboxes removed.</returns>
    Task<int> ReapAsync(CancellationToken cancellationToken);

    /// <summary>Starts filling the warm pool; returns at once. Does nothing when called again.</summary>
    void Warm(IReadOnlyList<SandboxProgram> programs);

    /// <summary>Runs one program to its end.</summary>
    /// <param name="spec">What, and under which limits.</param>
    /// <param name="output">Gets stdout and stderr as they come; slow handling slows the program down.</param>
    /// <param name="stop">Cancelled: SIGTERM to the program, then, after <see cref="SandboxSpec.StopGrace"/>, all is killed.</param>
    /// <param name="kill">Cancelled: all is killed at once. The call still returns a result.</param>
    /// <returns>After every process of the sandbox is gone and everything of it removed.</returns>
    /// <exception cref="SandboxUnavailableException">A limit or the isolation asked for cannot be had here. Nothing has run.</exception>
    /// <exception cref="SandboxFailedException">The sandbox broke.</exception>
    Task<SandboxResult> RunAsync(SandboxSpec spec, ISandboxOutput output, CancellationToken stop, CancellationToken kill);
}

/// <summary>Receives what a program writes, in order per stream. Calls do not overlap.</summary>
internal interface ISandboxOutput
{
    /// <summary>Bytes of stdout; valid during the call only.</summary>
    ValueTask StdoutAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Bytes of stderr; valid during the call only.</summary>
    ValueTask StderrAsync(ReadOnlyMemory<byte> bytes);
}
