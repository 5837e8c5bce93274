using Capns.Hosting.Secrets;
using Capns.Runner.Worker.Executors;
using Capns.Runner.Worker.Runs;
using Capns.Runner.Worker.Sandboxing;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using SettingsOf = Microsoft.Extensions.Options.Options;

namespace Capns.Runner.Worker.Tests;

/// <summary>The flow of runs with fakes around it and a clock of its own.</summary>
internal sealed class RunFlow
{
    private RunFlow(FakeSandbox sandbox, RunnerOptions options, SandboxSelection drivers)
    {
        Sandbox = sandbox;
        Options = options;
        Slots = new RunSlots(options.Slots);
        var planner = new RunPlanner(drivers, new BuiltinTools(options), options, Sealer, Time);
        var lease = new RunLease(Reports, Limiter, options, Time, NullLogger<RunLease>.Instance);
        var attempt = new RunAttempt(Reports, Limiter, Progress, lease, options, Sealer, Time, NullLogger<RunAttempt>.Instance);
        Processor = new RunProcessor(Runs, Slots, planner, Claims, Limiter, Reports, attempt, options, Time, NullLogger<RunProcessor>.Instance);
    }

    /// <summary>With the key of development.</summary>
    public static ISealer Sealer { get; } = new Sealer(SealingKeys.Development);

    public FakeSandbox Sandbox { get; }

    public RunnerOptions Options { get; }

    public ManualTime Time { get; } = new(Example.Now);

    public RecordedReports Reports { get; } = new();

    public RecordedProgress Progress { get; } = new();

    public FakeLimiter Limiter { get; } = new();

    public FakeClaims Claims { get; } = new();

    public RunsInHand Runs { get; } = new();

    public RunSlots Slots { get; }

    public RunProcessor Processor { get; }

    public static async Task<RunFlow> StartAsync(FakeSandbox sandbox, RunnerOptions? options = null)
    {
        var settings = options ?? Example.Options();
        var drivers = new SandboxSelection([sandbox], SettingsOf.Create(new SandboxOptions()), NullLogger<SandboxSelection>.Instance);
        await drivers.ProbeAsync(CancellationToken.None);
        return new RunFlow(sandbox, settings, drivers);
    }

    /// <summary>Moves the clock in steps of a second, letting timers' work run in between.</summary>
    public async Task PassAsync(TimeSpan by)
    {
        for (var passed = TimeSpan.Zero; passed < by; passed += TimeSpan.FromSeconds(1))
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }
}
