using Capns.Runner.Worker.Sandboxing;
using Xunit;

namespace Capns.Sandbox.Tests.Conformance;

/// <summary>
/// What every sandbox driver must do; everything is said in terms of <see cref="ISandbox"/>. A driver's tests derive from
/// it, name their <see cref="RequiresAttribute"/>, and hand in the fixture that makes the driver.
/// </summary>
public abstract partial class SandboxConformance(SandboxFixture fixture)
{
    /// <summary>The driver under test.</summary>
    internal ISandbox Sandbox => fixture.Sandbox;

    /// <summary>Runs to the end; fails the test when the driver itself fails.</summary>
    internal Task<(SandboxResult Result, RecordedOutput Output)> Run(SandboxSpec spec) =>
        Run(spec, CancellationToken.None, CancellationToken.None);

    /// <summary>Runs to the end.</summary>
    internal async Task<(SandboxResult Result, RecordedOutput Output)> Run(SandboxSpec spec, CancellationToken stop, CancellationToken kill)
    {
        var output = new RecordedOutput();
        var result = await Sandbox.RunAsync(spec, output, stop, kill);
        Assert.Equal(Sandbox.Driver, result.Driver);
        Assert.NotEmpty(result.SandboxId);
        Assert.False(output.Overlapped);
        return (result, output);
    }

    /// <summary>Runs and expects exit code 0; the text says what stderr held.</summary>
    internal async Task<RecordedOutput> Succeed(SandboxSpec spec)
    {
        var (result, output) = await Run(spec);
        Assert.True(result is { Outcome: SandboxOutcome.Exited, ExitCode: 0 }, $"{result}: {output.Stdout} {output.Stderr}");
        return output;
    }
}
