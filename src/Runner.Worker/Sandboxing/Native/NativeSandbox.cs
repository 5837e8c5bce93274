using Microsoft.Extensions.Options;

namespace Capns.Runner.Worker.Sandboxing.Native;

/// <summary>
/// Bubblewrap under an unprivileged user, in namespaces, a control group and a system call filter of its own; no daemon,
/// no network (platform spec 5.5).
/// </summary>
/// <remarks>Exit codes 129 to 192 are reported as signals 1 to 64: no sandbox can tell one from the other.</remarks>
internal sealed class NativeSandbox(IOptions<SandboxOptions> options, TimeProvider time, ILogger<NativeSandbox> logger) : ISandbox
{
    /// <summary>The driver's name.</summary>
    public const string DriverName = "native";

    private readonly Lock _lock = new();
    private NativeMembers? _members;
    private WarmPool? _pool;

    /// <inheritdoc />
    public string Driver => DriverName;

    /// <inheritdoc />
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await NativeProbe.RunAsync(this, Members().Canary, cancellationToken);
        }
        catch (Exception error) when (error is SandboxUnavailableException or SandboxFailedException)
        {
            return error.InnerException is { } inner ? $"{error.Message} ({inner.Message})" : error.Message;
        }
    }

    /// <inheritdoc />
    public Task<int> ReapAsync(CancellationToken cancellationToken) => Members().ReapAsync(options.Value.StateFolder, cancellationToken);

    /// <inheritdoc />
    public void Warm(IReadOnlyList<SandboxProgram> programs)
    {
        var members = Members();
        lock (_lock)
        {
            if (_pool is not null)
            {
                return;
            }

            _pool = new WarmPool(members, options.Value, time, logger);
        }

        _pool.Keep(programs);
    }

    /// <inheritdoc />
    public async Task<SandboxResult> RunAsync(SandboxSpec spec, ISandboxOutput output, CancellationToken stop, CancellationToken kill)
    {
        if (spec.Program.Image is not null)
        {
            throw new SandboxUnavailableException("A native sandbox runs programs of the host's base file system, not images.");
        }

        if (spec.Program.Prestart && spec.Environment.Count > 0)
        {
            throw new ArgumentException("A program that is started before its run takes no environment of the run.", nameof(spec));
        }

        var environment = spec.Program.Environment.Concat(spec.Environment).GroupBy(pair => pair.Key).Select(pairs => pairs.Last());
        var frame = spec.Program.Prestart ? [] : ShellFrame.Write(spec.Program.Command, environment);
        var member = _pool?.TryTake(spec.Program, spec.Limits.ScratchBytes);
        var warm = member is not null;
        if (member is null)
        {
            member = await Members().StartAsync(spec.Program, spec.Limits);
        }

        await using (member)
        {
            if (warm)
            {
                member.Group.SetLimits(spec.Limits, NativeMember.OwnProcesses);
            }

            using var run = new NativeRun(spec, member, output, time);
            return await run.RunAsync(frame, warm, stop, kill);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _pool, null) is { } pool)
        {
            await pool.DisposeAsync();
        }

        Interlocked.Exchange(ref _members, null)?.Dispose();
    }

    /// <summary>Made at the first use, so that a machine without bubblewrap can start a runner that uses another driver.</summary>
    private NativeMembers Members()
    {
        lock (_lock)
        {
            return _members ??= new NativeMembers(options.Value);
        }
    }
}
