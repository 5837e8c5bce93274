using Capns.Contracts;
using Microsoft.Extensions.Options;

namespace Capns.Runner.Worker.Sandboxing;

/// <summary>Chooses the driver of a run among those that work here (platform spec 5.5, S22). Never one weaker than asked for.</summary>
internal sealed class SandboxSelection
{
    private const string Automatic = "auto";
    private const string Native = "native";
    private const string Container = "container";
    private const string Machine = "vm";
    private const string NotProbed = "has not been probed yet";

    private readonly Dictionary<string, ISandbox> _sandboxes;
    private readonly ILogger<SandboxSelection> _logger;
    private readonly string? _only;
    private volatile Dictionary<string, string?> _states;

    public SandboxSelection(IEnumerable<ISandbox> sandboxes, IOptions<SandboxOptions> options, ILogger<SandboxSelection> logger)
    {
        _logger = logger;
        _only = options.Value.Driver == Automatic ? null : options.Value.Driver;
        _sandboxes = sandboxes.Where(sandbox => _only is null || sandbox.Driver == _only).ToDictionary(sandbox => sandbox.Driver, StringComparer.Ordinal);
        _states = _sandboxes.Keys.ToDictionary(driver => driver, _ => (string?)NotProbed, StringComparer.Ordinal);
    }

    /// <summary>Every driver that may be used, and what the last probe found.</summary>
    public IReadOnlyList<SandboxDriverState> Drivers => [.. _states.Select(state => new SandboxDriverState(state.Key, state.Value))];

    /// <summary>Removes what killed runners left behind, then probes every driver. May be called again.</summary>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        var states = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (driver, sandbox) in _sandboxes)
        {
            states[driver] = await ProbeAsync(sandbox, cancellationToken);
            Log.Probed(_logger, driver, states[driver] ?? "works");
        }

        _states = states;
    }

    /// <summary>Keeps sandboxes ready for these programs, with the drivers that would run them. The first call counts.</summary>
    public void Warm(IReadOnlyList<SandboxProgram> programs)
    {
        var byDriver = programs.GroupBy(program => Candidates(null, SecurityLevel.Safe, program.Image is not null).FirstOrDefault(IsUsable));
        foreach (var group in byDriver)
        {
            if (group.Key is { } driver)
            {
                _sandboxes[driver].Warm([.. group]);
            }
        }
    }

    /// <summary>The driver for one run.</summary>
    /// <param name="isolation">
    /// What the tool asks for: <c>native</c> and <c>vm</c> mean that driver; <c>container</c> means it or, for a program without
    /// an image, <c>native</c> where it is missing (S22). Absent: by level and program.
    /// </param>
    /// <param name="level">The level of the execution; <c>dangerous</c> runs in a <c>vm</c> where there is one.</param>
    /// <param name="image">True when the program is an image, which only <c>container</c> runs.</param>
    /// <exception cref="SandboxUnavailableException">None will do; the message says why not.</exception>
    public ISandbox Choose(string? isolation, SecurityLevel level, bool image)
    {
        var candidates = Candidates(isolation, level, image);
        return candidates.FirstOrDefault(IsUsable) is { } driver
            ? _sandboxes[driver]
            : throw new SandboxUnavailableException(Explain(isolation, candidates));
    }

    private async Task<string?> ProbeAsync(ISandbox sandbox, CancellationToken cancellationToken)
    {
        try
        {
            // First: what is left may hold what the probe, and later a run, needs.
            var removed = await sandbox.ReapAsync(cancellationToken);
            if (removed > 0)
            {
                Log.Reaped(_logger, removed, sandbox.Driver);
            }

            return await sandbox.ProbeAsync(cancellationToken);
        }
        catch (Exception error) when (error is SandboxUnavailableException or SandboxFailedException)
        {
            return error.Message;
        }
    }

    /// <summary>Best first.</summary>
    private static string[] Candidates(string? isolation, SecurityLevel level, bool image) => (isolation, image) switch
    {
        (null, true) => [Container],
        (null, false) => level == SecurityLevel.Dangerous ? [Machine, Native, Container] : [Native, Container],
        (Container, true) => [Container],
        (Container, false) => [Container, Native],
        (Native, false) => [Native],
        (Machine, _) => [Machine],
        _ => [],
    };

    private bool IsUsable(string driver) => _states.TryGetValue(driver, out var unavailable) && unavailable is null;

    private string Explain(string? isolation, string[] candidates)
    {
        if (candidates.Length == 0)
        {
            return $"Isolation '{isolation}' is unknown, or cannot run an image.";
        }

        var reasons = candidates.Select(driver => _states.TryGetValue(driver, out var state) ? $"{driver}: {state}" : $"{driver}: {Absent(driver)}");
        return $"No sandbox for isolation '{isolation ?? "any"}'. {string.Join("; ", reasons)}";
    }

    private string Absent(string driver) =>
        _only is not null && _only != driver ? $"excluded, since SANDBOX_DRIVER is '{_only}'" : "not offered by this runner";
}

/// <summary>A driver and what its last probe found.</summary>
/// <param name="Driver"><c>native</c>, <c>container</c> or <c>vm</c>.</param>
/// <param name="Unavailable">Null when it works; else one sentence for the operator.</param>
internal sealed record SandboxDriverState(string Driver, string? Unavailable);
