using Capns.Runner.Worker.Sandboxing;
using Capns.Runner.Worker.Sandboxing.Containers;
using Capns.Runner.Worker.Sandboxing.Containers.Engine;
using Capns.Sandbox.Tests.Conformance;
using Xunit;

namespace Capns.Sandbox.Tests.Containers;

/// <summary>Where a limit, an image or a folder cannot be had, nothing runs and nothing is left.</summary>
[Requires(typeof(EngineRequirement))]
public sealed class ContainerRefusals : IAsyncLifetime
{
    private readonly DockerEngine _engine = ContainerFixture.Connect();

    /// <summary>Settings that an engine might ignore, and the word that must name each.</summary>
    public static TheoryData<string, string> Ignored => new()
    {
        { nameof(ContainerHostConfig.Memory), "memory" },
        { nameof(ContainerHostConfig.MemorySwap), "no swap" },
        { nameof(ContainerHostConfig.NanoCpus), "cpu" },
        { nameof(ContainerHostConfig.PidsLimit), "processes" },
        { nameof(ContainerHostConfig.Tmpfs), "scratch" },
        { nameof(ContainerHostConfig.NetworkMode), "no network" },
        { nameof(ContainerHostConfig.ReadonlyRootfs), "read-only file system" },
        { nameof(ContainerHostConfig.CapDrop), "no capabilities" },
        { nameof(ContainerHostConfig.SecurityOpt), "seccomp and no new privileges" },
        { nameof(ContainerCreation.User), "unprivileged user" },
    };

    [SandboxTheory]
    [MemberData(nameof(Ignored))]
    public async Task Run_EngineIgnoresASetting_RefusesByName(string setting, string named)
    {
        var engine = new EngineDouble(_engine) { OnCreate = creation => Without(creation, setting) };

        var refused = await Refused(engine, Example.Script("echo ran"));

        Assert.Contains($"'{named}'", refused.Message, StringComparison.Ordinal);
        await AssertGone(Assert.Single(engine.Made));
    }

    [SandboxFact]
    public async Task Run_EngineWarns_RefusesWithItsWords()
    {
        var engine = new EngineDouble(_engine) { Warnings = ["Your kernel does not support it."] };

        var refused = await Refused(engine, Example.Script("echo ran"));

        Assert.Contains("Your kernel does not support it.", refused.Message, StringComparison.Ordinal);
        await AssertGone(Assert.Single(engine.Made));
    }

    [SandboxFact]
    public async Task Run_KernelHoldsALargerLimit_RefusesByName()
    {
        var larger = new ContainerUpdate { Memory = 512 << 20, MemorySwap = 512 << 20, NanoCpus = 1_000_000_000, PidsLimit = 33 };
        var engine = new EngineDouble(_engine) { AfterStart = id => _engine.UpdateAsync(id, larger, CancellationToken.None) };

        if (await SeesControlGroups())
        {
            var refused = await Refused(engine, Example.Script("sleep 20"));
            Assert.Contains("'memory'", refused.Message, StringComparison.Ordinal);
            await AssertGone(Assert.Single(engine.Made));
        }
    }

    [SandboxTheory]
    [InlineData("memory")]
    [InlineData("swap")]
    [InlineData("processes")]
    [InlineData("CPU")]
    [InlineData("seccomp")]
    public async Task Probe_EngineCannotLimit_SaysWhat(string what)
    {
        var engine = new EngineDouble(_engine)
        {
            OnDescribe = engine => what switch
            {
                "memory" => engine with { MemoryLimit = false },
                "swap" => engine with { SwapLimit = false },
                "processes" => engine with { PidsLimit = false },
                "CPU" => engine with { CpuCfsQuota = false },
                _ => engine with { SecurityOptions = [] },
            },
        };
        await using var sandbox = ContainerFixture.CreateSandbox(engine: engine);

        Assert.Contains(what, await sandbox.ProbeAsync(CancellationToken.None), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<SandboxUnavailableException>(() => Run(sandbox, Example.Script("echo ran")));
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
        Assert.Empty(engine.Made);
    }

    [SandboxFact]
    public async Task Run_ImageIsNowhere_RefusesByItsName()
    {
        const string Image = "localhost:1/capns/no-such-image:0";
        var spec = Example.Script("echo ran");

        var refused = await Refused(_engine, spec with { Program = spec.Program with { Image = Image } });

        Assert.Contains($"'{Image}'", refused.Message, StringComparison.Ordinal);
    }

    [SandboxFact]
    public async Task Run_FolderIsMissing_RefusesByItsPlaceInsideAndDoesNotMakeIt()
    {
        var folder = Path.Combine(Path.GetTempPath(), "capns-missing-" + Guid.NewGuid().ToString("N"));
        var engine = new EngineDouble(_engine);
        var spec = Example.Script("echo ran");
        var program = spec.Program with { ReadOnlyFolders = new Dictionary<string, string> { [folder] = "/tools" } };

        var refused = await Refused(engine, spec with { Program = program });

        Assert.Contains("/tools", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(folder, refused.Message, StringComparison.Ordinal);
        Assert.Empty(engine.Made);
        Assert.False(Directory.Exists(folder));
    }

    [SandboxFact]
    public async Task Probe_NobodyListens_NamesTheAddress()
    {
        Assert.True(EngineEndpoint.TryParse("unix:///nowhere/engine.sock", out var endpoint, out _));
        using var engine = new DockerEngine(endpoint);
        await using var sandbox = ContainerFixture.CreateSandbox(engine: engine);

        Assert.Contains("unix:///nowhere/engine.sock", await sandbox.ProbeAsync(CancellationToken.None), StringComparison.Ordinal);
        await Assert.ThrowsAsync<SandboxUnavailableException>(() => Run(sandbox, Example.Script("echo ran")));
        await Assert.ThrowsAsync<SandboxUnavailableException>(() => sandbox.ReapAsync(CancellationToken.None));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        _engine.Dispose();
        return Task.CompletedTask;
    }

    private static ContainerCreation Without(ContainerCreation creation, string setting)
    {
        var host = creation.HostConfig;
        return setting == nameof(ContainerCreation.User)
            ? creation with { User = "0:0" }
            : creation with
            {
                HostConfig = setting switch
                {
                    nameof(ContainerHostConfig.Memory) => host with { Memory = host.Memory * 2, MemorySwap = host.Memory * 2 },
                    nameof(ContainerHostConfig.MemorySwap) => host with { MemorySwap = host.Memory * 2 },
                    nameof(ContainerHostConfig.NanoCpus) => host with { NanoCpus = 0 },
                    nameof(ContainerHostConfig.PidsLimit) => host with { PidsLimit = null },
                    nameof(ContainerHostConfig.Tmpfs) => host with { Tmpfs = null },
                    nameof(ContainerHostConfig.NetworkMode) => host with { NetworkMode = "host" },
                    nameof(ContainerHostConfig.ReadonlyRootfs) => host with { ReadonlyRootfs = false },
                    nameof(ContainerHostConfig.CapDrop) => host with { CapDrop = [] },
                    nameof(ContainerHostConfig.SecurityOpt) => host with { SecurityOpt = ["no-new-privileges:true"] },
                    _ => throw new ArgumentOutOfRangeException(nameof(setting), setting, "No such setting."),
                },
            };
    }

    private static async Task<SandboxUnavailableException> Refused(IContainerEngine engine, SandboxSpec spec)
    {
        await using var sandbox = ContainerFixture.CreateSandbox(engine: engine);
        var output = new RecordedOutput();
        var refused = await Assert.ThrowsAsync<SandboxUnavailableException>(
            () => sandbox.RunAsync(spec, output, CancellationToken.None, CancellationToken.None));
        Assert.Equal("", output.Stdout);
        return refused;
    }

    private static Task<SandboxResult> Run(ContainerSandbox sandbox, SandboxSpec spec) =>
        sandbox.RunAsync(spec, new RecordedOutput(), CancellationToken.None, CancellationToken.None);

    private async Task AssertGone(string id)
    {
        var refused = await Assert.ThrowsAsync<EngineRefusedException>(() => _engine.InspectAsync(id, CancellationToken.None));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, refused.Status);
    }

    private async Task<bool> SeesControlGroups()
    {
        using var facts = new EngineFacts(_engine, new ContainerSandboxOptions().Image);
        await facts.RequireEngineAsync(CancellationToken.None);
        return facts.Tree is not null;
    }
}
