using System.Text;
using Capns.Runner.Worker.Sandboxing;

namespace Capns.Sandbox.Tests.Conformance;

/// <summary>Valid specs; a test changes, using <c>with</c>, only what it is about.</summary>
internal static class Example
{
    /// <summary>1 MiB in bytes.</summary>
    public const long MiB = 1024 * 1024;

    /// <summary>Roomy limits, which no well-behaved test program reaches.</summary>
    public static SandboxLimits Limits() => new()
    {
        MemoryBytes = 256 * MiB,
        Cpu = 1,
        WallTime = TimeSpan.FromSeconds(20),
        Processes = 32,
        OutputBytes = 10 * MiB,
        ScratchBytes = 64 * MiB,
    };

    /// <summary>The shell without arguments: the generic program of the pool.</summary>
    public static SandboxProgram Shell() => new() { Command = ["/bin/sh"] };

    /// <summary>A Python that was started before the run is known, and runs what it finds on stdin.</summary>
    public static SandboxProgram Prestarted() => new()
    {
        Command = ["/usr/bin/python3", "-I", "-c", "import json, sys\ncode = sys.stdin.read()\nexec(compile(code, 'stdin', 'exec'))"],
        Prestart = true,
    };

    /// <summary>One run of <paramref name="command"/> with empty stdin.</summary>
    public static SandboxSpec Spec(params string[] command) => new()
    {
        ExecutionId = Guid.NewGuid(),
        Attempt = 1,
        Program = new SandboxProgram { Command = command },
        Stdin = ReadOnlyMemory<byte>.Empty,
        Limits = Limits(),
    };

    /// <summary>One run of a shell script.</summary>
    public static SandboxSpec Script(string script) => Spec("/bin/sh", "-c", script);

    /// <summary>One run of a Python program.</summary>
    public static SandboxSpec Python(string code) => Spec("/usr/bin/python3", "-I", "-c", code);

    /// <summary>Text as stdin.</summary>
    public static SandboxSpec WithStdin(this SandboxSpec spec, string stdin) => spec with { Stdin = Encoding.UTF8.GetBytes(stdin) };
}
