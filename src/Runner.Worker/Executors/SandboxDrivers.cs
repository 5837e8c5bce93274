using Capns.Contracts;
using Capns.Contracts.Running;
using Capns.Runner.Worker.Runs;
using Capns.Runner.Worker.Sandboxing;

namespace Capns.Runner.Worker.Executors;

/// <summary>The drivers of this runner: probed at start, chosen for each attempt (platform spec 5.5).</summary>
internal sealed class SandboxDrivers(IEnumerable<ISandbox> sandboxes, RunnerOptions options, ILogger<SandboxDrivers> logger)
{
    private readonly ISandbox[] _all = [.. sandboxes];
    private volatile IReadOnlyDictionary<string, string?> _states = new Dictionary<string, string?>();

    /// <summary>Driver to null when it can be used, else to the reason why not. Empty before <see cref="StartAsync"/>.</summary>
    public IReadOnlyDictionary<string, string?> States => _states;

    /// <summary>True when at least one driver can be used.</summary>
    public bool AnyUsable => _states.Values.Any(reason => reason is null);

    /// <summary>Probes every driver, removes what a killed runner left behind, and starts the warm pools.</summary>
    public async Task StartAsync(IReadOnlyList<SandboxProgram> warm, CancellationToken cancellationToken)
    {
        var states = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var sandbox in _all)
        {
            var reason = options.Driver == "auto" || options.Driver == sandbox.Driver || sandbox.Driver == NoopSandbox.Name
                ? await ProbeAsync(sandbox, cancellationToken)
                : $"SANDBOX_DRIVER is '{options.Driver}'.";
            states[sandbox.Driver] = reason;
            if (reason is null)
            {
                RunnerLog.DriverUsable(logger, sandbox.Driver);
                sandbox.Warm(warm);
            }
            else
            {
                RunnerLog.DriverUnusable(logger, sandbox.Driver, reason);
            }
        }

        _states = states;
        if (!AnyUsable)
        {
            RunnerLog.NoDriverUsable(logger);
        }
    }

    /// <summary>Chooses a driver; never a weaker one than asked for.</summary>
    /// <returns>The driver, or the reason for the refusal.</returns>
    public (ISandbox? Sandbox, string? Refusal) Choose(RunTool order)
    {
        var needsImage = order.Executor.Image is not null;
        if (order.Limits.Isolation is { Length: > 0 } asked)
        {
            return needsImage && asked != "container"
                ? (null, $"Isolation '{asked}' cannot run an image; only 'container' can.")
                : Named(asked);
        }

        if (options.BenchmarkNoop && order.Executor.Type == "builtin" && order.Limits.SecurityLevel == SecurityLevel.Safe)
        {
            return Named(NoopSandbox.Name);
        }

        if (needsImage)
        {
            return Named("container");
        }

        var native = Named("native");
        return native.Sandbox is not null ? native : Named("container") is { Sandbox: not null } container ? container : native;
    }

    private (ISandbox? Sandbox, string? Refusal) Named(string driver)
    {
        if (!_states.TryGetValue(driver, out var reason))
        {
            return (null, $"Isolation '{driver}' is not offered by this runner.");
        }

        return reason is null
            ? (Array.Find(_all, sandbox => sandbox.Driver == driver), null)
            : (null, $"Isolation '{driver}' cannot be used on this runner: {reason}");
    }

    private async Task<string?> ProbeAsync(ISandbox sandbox, CancellationToken cancellationToken)
    {
        try
        {
            // What a killed runner left behind goes first: it may hold what the probe, and later a run, needs.
            var removed = await sandbox.ReapAsync(cancellationToken);
            if (removed > 0)
            {
                RunnerLog.OrphansReaped(logger, sandbox.Driver, removed);
            }

            return await sandbox.ProbeAsync(cancellationToken);
        }
        catch (Exception broken) when (broken is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // A driver that breaks while it is tried out is one that cannot be used; the runner goes on without it.
            RunnerLog.ProbeBroke(logger, sandbox.Driver, broken);
            return $"Its probe broke: {broken.Message}";
        }
    }
}
