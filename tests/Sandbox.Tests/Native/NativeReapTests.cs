using System.Diagnostics;
using System.Globalization;
using Capns.Runner.Worker.Sandboxing;
using Capns.Sandbox.Tests.Conformance;
using Xunit;

namespace Capns.Sandbox.Tests.Native;

/// <summary>A runner that is killed leaves no process behind, and the next one removes the rest.</summary>
[Requires(typeof(NativeRequirement))]
public sealed class NativeReapTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _marker = HostProcesses.Marker();
    private Process? _runner;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        if (RequiresAttribute.SkipReason(GetType()) is null)
        {
            var start = new ProcessStartInfo("dotnet", ["exec", typeof(NativeReapTests).Assembly.Location, "hold", _marker]) { RedirectStandardOutput = true };
            _runner = Process.Start(start)!;
            Assert.Equal("up", await _runner.StandardOutput.ReadLineAsync());
        }
    }

    /// <inheritdoc />
    public Task DisposeAsync()
    {
        if (_runner is { HasExited: false })
        {
            _runner.Kill();
        }

        _runner?.Dispose();
        return Task.CompletedTask;
    }

    [SandboxFact]
    public async Task Runner_IsKilled_ProcessesDieAndReapRemovesTheRest()
    {
        var owner = string.Create(CultureInfo.InvariantCulture, $"capns-{_runner!.Id}-");
        Assert.NotEmpty(Running());
        Assert.NotEmpty(Leftovers(owner));

        _runner.Kill();
        await _runner.WaitForExitAsync();

        await WaitForAsync(() => Running().Count == 0);
        Assert.NotEmpty(Leftovers(owner));
        await using var sandbox = new NativeFixture().Create();
        Assert.True(await sandbox.ReapAsync(CancellationToken.None) >= 2);
        Assert.Empty(Leftovers(owner));
    }

    /// <summary>The sleeping programs of the sandboxes, without the runner itself.</summary>
    private List<string> Running() => [.. HostProcesses.With(_marker).Where(folder => File.ReadAllText(folder + "/cmdline").StartsWith("sleep", StringComparison.Ordinal))];

    /// <summary>Control groups and folders with the killed runner's name.</summary>
    private static List<string> Leftovers(string owner) =>
        [.. Directory.EnumerateDirectories("/sys/fs/cgroup", owner + "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }),
         .. Directory.EnumerateDirectories(new SandboxOptions().StateFolder, owner + "*")];

    private static async Task WaitForAsync(Func<bool> done)
    {
        // Processes of somebody else's child send no signal, so this asks again and again.
        for (var watch = Stopwatch.StartNew(); !done();)
        {
            Assert.True(watch.Elapsed < Patience, "Processes are still there.");
            await Task.Yield();
        }
    }
}
