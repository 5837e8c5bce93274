using System.Globalization;
using Capns.Runner.Worker.Sandboxing.Containers.Engine;
using Capns.Runner.Worker.Sandboxing.Containers.Warm;
using Microsoft.Extensions.Options;

namespace Capns.Runner.Worker.Sandboxing.Containers;

/// <summary>The driver <c>container</c>: one hardened container of a Docker-compatible engine per run.</summary>
internal sealed class ContainerSandbox : ISandbox
{
    public const string DriverName = "container";

    private const long MiB = 1024 * 1024;

    private readonly IContainerEngine _engine;
    private readonly EngineFacts _facts;
    private readonly MemoryKills _kills;
    private readonly ContainerLauncher _launcher;
    private readonly WarmContainers _warm;
    private readonly SandboxOptions _common;
    private readonly ContainerSandboxOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private int _disposed;

    public ContainerSandbox(
        IContainerEngine engine,
        IOptions<SandboxOptions> common,
        IOptions<ContainerSandboxOptions> options,
        TimeProvider time,
        ILogger<ContainerSandbox> logger)
    {
        _engine = engine;
        _common = common.Value;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _facts = new EngineFacts(_engine, _options.Image);
        _kills = new MemoryKills(_engine, time);
        _launcher = new ContainerLauncher(_engine, _facts, _kills);
        _warm = new WarmContainers(_launcher, _common, time, logger);
    }

    /// <inheritdoc />
    public string Driver => DriverName;

    /// <inheritdoc />
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _facts.RequireImageAsync(named: null, cancellationToken);
            var probe = new ContainerProbe(this);
            var broken = await probe.RunAsync(cancellationToken);
            if (broken is null && !probe.SawUsage)
            {
                _facts.ForgetTree();
                Log.UsageSampledOnly(_logger);
            }

            return broken;
        }
        catch (Exception failure) when (
            failure is SandboxUnavailableException or SandboxFailedException or EngineUnreachableException or EngineRefusedException)
        {
            return failure.Message;
        }
    }

    /// <inheritdoc />
    public async Task<int> ReapAsync(CancellationToken cancellationToken)
    {
        try
        {
            var count = await new ContainerReaper(_engine, _time).ReapAsync(cancellationToken);
            if (count > 0)
            {
                Log.LeftoversRemoved(_logger, count);
            }

            return count;
        }
        catch (Exception failure) when (failure is EngineUnreachableException or EngineRefusedException)
        {
            throw new SandboxUnavailableException(failure.Message, failure);
        }
    }

    /// <inheritdoc />
    public void Warm(IReadOnlyList<SandboxProgram> programs) => _warm.Keep(programs, new SandboxLimits
    {
        MemoryBytes = _options.WarmMemoryMb * MiB,
        Cpu = _options.WarmCpu,
        Processes = _options.WarmProcesses,
        ScratchBytes = _common.WarmScratchMb * MiB,
        // A run's own, whatever it waited in.
        WallTime = Timeout.InfiniteTimeSpan,
        OutputBytes = 0,
    });

    /// <inheritdoc />
    public async Task<SandboxResult> RunAsync(SandboxSpec spec, ISandboxOutput output, CancellationToken stop, CancellationToken kill)
    {
        if (spec.Program.Prestart && spec.Environment.Count > 0)
        {
            throw new ArgumentException("A prestarted program takes all from stdin; it has no environment of a run.", nameof(spec));
        }

        var container = await _warm.TakeAsync(spec.Program, spec.Limits);
        var warm = container is not null;
        container ??= await LaunchAsync(spec);
        await using (container)
        {
            var order = warm && !spec.Program.Prestart ? await SayAsync(spec) : ReadOnlyMemory<byte>.Empty;
            var result = await new ContainerRun(container, spec, output, _time).FinishAsync(order, warm, stop, kill);
            // Here, not by the disposal alone: a result is given only for a container that is gone.
            await container.RemoveAsync();
            return result;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // Registered under two types, it is disposed of twice.
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _warm.DisposeAsync();
        await _kills.DisposeAsync();
        _facts.Dispose();
    }

    private async Task<ReadOnlyMemory<byte>> SayAsync(SandboxSpec spec)
    {
        var command = spec.Program.Command.Count > 0
            ? spec.Program.Command
            : (await _facts.RequireImageAsync(spec.Program.Image, CancellationToken.None)).Command;
        return WarmOrder.Say(command, spec.Program.Environment.Concat(spec.Environment));
    }

    private async Task<Container> LaunchAsync(SandboxSpec spec)
    {
        var label = string.Create(CultureInfo.InvariantCulture, $"{spec.ExecutionId:N}-{spec.Attempt}");
        try
        {
            // Not stopped half-way: a run that is stopped now ends at once, by the rules, after its start.
            return await _launcher.LaunchAsync(
                label, spec.Program, spec.Environment, spec.Program.Command, spec.Limits, CancellationToken.None);
        }
        catch (SandboxUnavailableException)
        {
            _facts.ForgetImage(spec.Program.Image);
            throw;
        }
    }
}
