using System.Net;
using Capns.Runner.Worker.Sandboxing;
using Capns.Runner.Worker.Sandboxing.Containers;
using Capns.Runner.Worker.Sandboxing.Containers.Engine;
using Capns.Sandbox.Tests.Conformance;
using Xunit;

namespace Capns.Sandbox.Tests.Containers;

/// <summary>What becomes of containers: after a run, with a lost engine, after a killed runner, while they wait.</summary>
[Requires(typeof(EngineRequirement))]
[Collection(ContainerFixture.Reaping)]
public sealed class ContainerLives : IAsyncLifetime
{
    private readonly DockerEngine _engine = ContainerFixture.Connect();

    [SandboxFact]
    public async Task Run_HasEnded_ContainerIsGone()
    {
        await using var sandbox = ContainerFixture.CreateSandbox(engine: _engine);

        var result = await Run(sandbox, Example.Script("exit 3"));

        Assert.Equal(3, result.ExitCode);
        Assert.False(await Exists(result.SandboxId));
    }

    [SandboxFact]
    public async Task Run_EngineIsLostOnTheWay_FailsAndContainerIsGone()
    {
        var exit = new TaskCompletionSource<int>();
        var engine = new EngineDouble(_engine) { Exit = exit };
        await using var sandbox = ContainerFixture.CreateSandbox(engine: engine);
        var output = new RecordedOutput();

        var running = sandbox.RunAsync(Example.Script("echo up; sleep 20"), output, CancellationToken.None, CancellationToken.None);
        await output.Seen("up");
        exit.SetException(new EngineUnreachableException("cut"));

        var failure = await Assert.ThrowsAsync<SandboxFailedException>(() => running);
        Assert.Contains("cut", failure.Message, StringComparison.Ordinal);
        Assert.False(await Exists(Assert.Single(engine.Made)));
    }

    [SandboxFact]
    public async Task Run_EngineIsElsewhere_LimitsHoldAndUsageIsSampled()
    {
        var engine = new EngineDouble(_engine) { IsLocal = false };
        await using var sandbox = ContainerFixture.CreateSandbox(engine: engine);
        var spec = Example.Python("b = bytearray(100 << 20)\nimport time\ntime.sleep(3)");

        var ended = await Run(sandbox, spec);
        var killed = await Run(sandbox, spec with { Limits = spec.Limits with { MemoryBytes = 50 * Example.MiB } });

        Assert.Equal(SandboxOutcome.Exited, ended.Outcome);
        Assert.InRange(ended.PeakMemoryBytes, 100 * Example.MiB, 256 * Example.MiB);
        Assert.Equal(SandboxOutcome.OutOfMemory, killed.Outcome);
        Assert.Null(await sandbox.ProbeAsync(CancellationToken.None));
    }

    [SandboxFact]
    public async Task Reap_OwnerIsGone_ContainerIsRemovedAndOthersAreNot()
    {
        var self = ContainerOwner.Self;
        var dead = await Leave(self with { Process = int.MaxValue });
        var replaced = await Leave(self with { Started = self.Started - 1 });
        var alive = await Leave(self);
        var foreign = await Leave(self with { Boot = "another-host" });
        await using var sandbox = ContainerFixture.CreateSandbox(engine: _engine);

        try
        {
            Assert.InRange(await sandbox.ReapAsync(CancellationToken.None), 2, int.MaxValue);

            Assert.False(await Exists(dead));
            Assert.False(await Exists(replaced));
            Assert.True(await Exists(alive));
            Assert.True(await Exists(foreign));
        }
        finally
        {
            await _engine.RemoveAsync(alive, CancellationToken.None);
            await _engine.RemoveAsync(foreign, CancellationToken.None);
        }
    }

    [SandboxFact]
    public async Task Warm_ScratchOfTheRunDiffers_StartsColdThenWarm()
    {
        await using var sandbox = ContainerFixture.CreateSandbox(engine: _engine);
        sandbox.Warm([Example.Shell()]);
        var spec = Example.Script("df -k /tmp | tail -1 | while read a b c; do echo $b; done");
        spec = spec with { Limits = spec.Limits with { ScratchBytes = 8 * Example.MiB } };

        var first = await Run(sandbox, spec);
        var (later, output) = await RunUntilWarm(sandbox, spec);

        Assert.False(first.Warm);
        Assert.True(later.Warm);
        Assert.Equal("7936\n", output.Stdout);
    }

    [SandboxFact]
    public async Task Warm_OddBytesInArgumentsAndEnvironment_ArriveExactly()
    {
        await using var sandbox = ContainerFixture.CreateSandbox(engine: _engine);
        sandbox.Warm([Example.Shell()]);
        string[] arguments = ["", "a'b\"c", "$(id)`id`\\", "line\nbreak\r\ttab\n", "☃ 𝄞", "-n", "*", "\u0001\u007f\u0081\u0088", "x=y"];
        const string Code = "import sys, os, json; print(sys.argv[1:] == json.load(sys.stdin), os.environ['dotted.name'] == 'a\\nb', os.environ['IFS'])";
        var spec = Example.Spec(["/usr/bin/python3", "-I", "-c", Code, .. arguments]) with
        {
            Environment = new Dictionary<string, string> { ["dotted.name"] = "a\nb", ["IFS"] = "abc" },
        };

        var (_, output) = await RunUntilWarm(sandbox, spec.WithStdin(System.Text.Json.JsonSerializer.Serialize(arguments)));

        Assert.Equal("True True abc\n", output.Stdout);
    }

    [SandboxFact]
    public async Task Warm_WaitingContainerDied_RunStartsAnotherWay()
    {
        var engine = new EngineDouble(_engine);
        await using var sandbox = ContainerFixture.CreateSandbox(engine: engine);
        sandbox.Warm([Example.Shell()]);
        await RunUntilWarm(sandbox, Example.Script("exit 0"));
        foreach (var (id, ended) in engine.Ends)
        {
            await _engine.SignalAsync(id, "KILL", CancellationToken.None);
            await ended;
        }

        var result = await Run(sandbox, Example.Script("exit 9"));

        Assert.Equal(9, result.ExitCode);
    }

    [SandboxFact]
    public async Task Dispose_ContainersWait_AllAreRemoved()
    {
        var engine = new EngineDouble(_engine);
        var sandbox = ContainerFixture.CreateSandbox(engine: engine);
        sandbox.Warm([Example.Shell(), Example.Prestarted()]);
        await RunUntilWarm(sandbox, Example.Script("exit 0"));

        await sandbox.DisposeAsync();

        Assert.NotEmpty(engine.Made);
        foreach (var id in engine.Made)
        {
            Assert.False(await Exists(id));
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        _engine.Dispose();
        return Task.CompletedTask;
    }

    private static Task<SandboxResult> Run(ContainerSandbox sandbox, SandboxSpec spec) =>
        sandbox.RunAsync(spec, new RecordedOutput(), CancellationToken.None, CancellationToken.None);

    /// <summary>Runs until a run was warm: containers are made in the background, while runs go on.</summary>
    private static async Task<(SandboxResult Result, RecordedOutput Output)> RunUntilWarm(ContainerSandbox sandbox, SandboxSpec spec)
    {
        for (var i = 0; i < 100; i++)
        {
            var output = new RecordedOutput();
            var result = await sandbox.RunAsync(spec, output, CancellationToken.None, CancellationToken.None);
            if (result.Warm)
            {
                return (result, output);
            }
        }

        throw new InvalidOperationException("100 runs, and none was warm.");
    }

    /// <summary>Makes a container as a runner does that is then killed.</summary>
    private async Task<string> Leave(ContainerOwner owner)
    {
        using var facts = new EngineFacts(_engine, new ContainerSandboxOptions().Image);
        var image = await facts.RequireImageAsync(named: null, CancellationToken.None);
        var creation = ContainerRecipe.Create(
            image.Name, ["/bin/sleep", "600"], new Dictionary<string, string>(), image.HostFolders, Example.Limits(), controlGroup: null);
        var created = await _engine.CreateAsync(
            $"capns-test-{Guid.NewGuid():N}",
            creation with { Labels = new Dictionary<string, string> { [ContainerOwner.Label] = owner.ToString() } },
            CancellationToken.None);
        await _engine.StartAsync(created.Id, CancellationToken.None);
        return created.Id;
    }

    private async Task<bool> Exists(string id)
    {
        try
        {
            await _engine.InspectAsync(id, CancellationToken.None);
            return true;
        }
        catch (EngineRefusedException refused) when (refused.Status == HttpStatusCode.NotFound)
        {
            return false;
        }
    }
}
