using Capns.Runner.Worker.Sandboxing;
using Capns.Sandbox.Tests.Conformance;
using Xunit;

namespace Capns.Sandbox.Tests.Native;

/// <summary>The native driver does what every driver must, and runs what is installed on its host.</summary>
[Requires(typeof(NativeRequirement))]
public sealed class NativeSandboxConformance(NativeFixture fixture) : SandboxConformance(fixture), IClassFixture<NativeFixture>
{
    [SandboxTheory]
    [InlineData("/usr/bin/awk", "BEGIN { print \"yes\" }")]
    [InlineData("/usr/bin/perl", "-e", "print \"yes\\n\"")]
    [InlineData("/bin/bash", "-c", "echo <(echo) >/dev/null; echo yes")]
    [InlineData("/usr/bin/python3", "-c", "import multiprocessing as m; m.Lock(); import tempfile; tempfile.TemporaryFile(); print('yes')")]
    public async Task Run_UsualProgram_Works(params string[] command)
    {
        if (!File.Exists(command[0]))
        {
            return; // Not part of every base system.
        }

        Assert.Equal("yes\n", (await Succeed(Example.Spec(command))).Stdout);
    }

    [SandboxFact]
    public async Task ReadOnlyFolder_IsMissing_IsRefusedWithoutNamingIt()
    {
        var spec = Example.Script("echo ran");
        var program = spec.Program with { ReadOnlyFolders = new Dictionary<string, string> { ["/no/such/folder"] = "/tools" } };

        var error = await Assert.ThrowsAsync<SandboxUnavailableException>(() => Run(spec with { Program = program }));

        Assert.Contains("/tools", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("/no/such", error.Message, StringComparison.Ordinal);
    }

    [SandboxFact]
    public async Task Run_ImageIsNamed_IsRefused()
    {
        var spec = Example.Script("echo ran");

        await Assert.ThrowsAsync<SandboxUnavailableException>(() => Run(spec with { Program = spec.Program with { Image = "image" } }));
    }

    [SandboxFact]
    public async Task Run_MemoryLimitIsImpossible_IsRefusedByName()
    {
        var spec = Example.Script("echo ran");
        var limits = spec.Limits with { MemoryBytes = -2 };

        var error = await Assert.ThrowsAsync<SandboxUnavailableException>(() => Run(spec with { Limits = limits }));

        Assert.Contains(nameof(limits.MemoryBytes), error.Message, StringComparison.Ordinal);
    }
}
