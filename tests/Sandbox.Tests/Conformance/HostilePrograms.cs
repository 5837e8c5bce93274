using Capns.Runner.Worker.Sandboxing;
using Xunit;

namespace Capns.Sandbox.Tests.Conformance;

/// <summary>
/// Every program in <c>hostile/</c> gets out when it runs on the host as root (the control, which shows that the attack is a
/// real one), and does not when it runs in the sandbox.
/// </summary>
public abstract class HostilePrograms(SandboxFixture fixture, HostileHost host)
{
    private const string Escaped = "ESCAPED";

    /// <summary>Signals by which a filter ends a program: SIGSYS, or SIGSEGV where the call does not exist.</summary>
    private static readonly int?[] EndedByFilter = [31, 11];

    [SandboxTheory]
    [MemberData(nameof(HostileHost.Programs), MemberType = typeof(HostileHost))]
    public async Task Program_IsHostile_GetsOutOnTheHostAndNotInTheSandbox(string name)
    {
        Assert.Contains(Escaped, await host.RunOutsideAsync(name), StringComparison.Ordinal);
        host.Reset();

        var output = new RecordedOutput();
        var spec = Example.Python(HostileHost.Program(name)) with { Environment = host.Environment };
        var result = await fixture.Sandbox.RunAsync(spec, output, CancellationToken.None, CancellationToken.None);

        Assert.DoesNotContain(Escaped, output.Stdout + output.Stderr, StringComparison.Ordinal);
        var refused = output.Stdout.StartsWith("contained: ", StringComparison.Ordinal);
        var ended = result.Outcome == SandboxOutcome.Signaled && EndedByFilter.Contains(result.Signal);
        Assert.True(refused || ended, $"{result} {output.Stdout} {output.Stderr}");
        Assert.True(host.IsUnharmed());
    }

    [SandboxFact]
    public void Programs_AreAtLeastTwentyFive() => Assert.True(HostileHost.Programs.Count >= 25);
}
