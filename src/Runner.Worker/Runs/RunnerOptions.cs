using Capns.Hosting.Configuration;
using Capns.Messaging.Topology;

namespace Capns.Runner.Worker.Runs;

/// <summary>Settings of a runner, from environment variables (platform spec 10.4). A bad value stops the host.</summary>
internal sealed record RunnerOptions
{
    /// <summary>Pools that exist everywhere (platform spec 5.8).</summary>
    private static readonly string[] KnownPools = ["default", "trusted", "quarantine", "isolated"];

    /// <summary>Id of this process; unique for ever.</summary>
    public required string RunnerId { get; init; }

    /// <summary><c>RUNNER_POOLS</c>. Default: <c>default,trusted</c>; in Development all four.</summary>
    public IReadOnlyList<string> Pools { get; init; } = ["default", "trusted"];

    /// <summary><c>MAX_CONCURRENT_EXECUTIONS</c>, 1 to 10,000. Default: 100.</summary>
    public int Slots { get; init; } = 100;

    /// <summary><c>SHUTDOWN_DRAIN_MS</c>, 0 to 600,000. Default: 30,000.</summary>
    public TimeSpan ShutdownDrain { get; init; } = TimeSpan.FromMilliseconds(30_000);

    /// <summary><c>HEARTBEAT_INTERVAL</c>, 1,000 to 3,600,000 ms. Default: 30,000.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(30_000);

    /// <summary><c>RESULT_MAX_BYTES</c>, 1,024 to 12,582,912 (a report must fit what brokers take, 16 MiB by default). Default: 10,485,760.</summary>
    public int ResultMaxBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary><c>EVENT_STREAM_BUFFER_SIZE</c>, 1 to 1,000,000 entries of an execution's stream. Default: 1,000.</summary>
    public int StreamBufferSize { get; init; } = 1000;

    /// <summary><c>TOOL_FILES</c>: a folder of this host that every sandbox sees read-only at <c>/tools</c>. Absent: none.</summary>
    public string? ToolFiles { get; init; }

    /// <summary><c>CAPNS_BENCH_NOOP_EXECUTOR</c>: built-in tools of level safe do nothing. For benchmarks only. Default: false.</summary>
    public bool BenchmarkNoop { get; init; }

    /// <summary>Between two renewals of a lease (platform spec 5.8).</summary>
    public TimeSpan LeaseInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Without a renewal for this long a runner stops the attempt itself; the registry takes it as lost 5 s later.</summary>
    public TimeSpan LeaseGivenUpAfter { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>After this long a run's message is acknowledged, and its lease alone stands for it (platform spec 3.3, rule 4).</summary>
    public TimeSpan EarlyAcknowledgeAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Between the signal and the kill of a cancelled run (platform spec 5.5).</summary>
    public TimeSpan CancelGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The same at shutdown.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">A value is out of its bounds; the text names variable, value and bound.</exception>
    public static RunnerOptions Read(EnvironmentReader environment, bool development, string runnerId)
    {
        var files = environment.Text("TOOL_FILES");
        if (files is not null && !Directory.Exists(files))
        {
            throw environment.Bad("TOOL_FILES", "a folder that exists");
        }

        return new RunnerOptions
        {
            RunnerId = runnerId,
            Pools = ReadPools(environment, development),
            Slots = environment.WholeNumber("MAX_CONCURRENT_EXECUTIONS", 100, 1, 10_000),
            ShutdownDrain = environment.Duration("SHUTDOWN_DRAIN_MS", TimeSpan.FromSeconds(30), TimeSpan.Zero, TimeSpan.FromMinutes(10)),
            HeartbeatInterval = environment.Duration("HEARTBEAT_INTERVAL", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            ResultMaxBytes = environment.WholeNumber("RESULT_MAX_BYTES", 10 * 1024 * 1024, 1024, 12 * 1024 * 1024),
            StreamBufferSize = environment.WholeNumber("EVENT_STREAM_BUFFER_SIZE", 1000, 1, 1_000_000),
            ToolFiles = files is null ? null : Path.GetFullPath(files),
            BenchmarkNoop = environment.Flag("CAPNS_BENCH_NOOP_EXECUTOR", false),
        };
    }

    private static string[] ReadPools(EnvironmentReader environment, bool development)
    {
        var pools = environment.List("RUNNER_POOLS", development ? KnownPools : ["default", "trusted"]).Distinct().ToArray();
        if (pools.Length == 0 || !pools.All(BusTopology.IsPoolName))
        {
            throw environment.Bad("RUNNER_POOLS", "names that match [a-z0-9-]{1,32}, separated by commas");
        }

        return pools.Length > 1 && pools.Contains("isolated") && !development
            ? throw environment.Bad("RUNNER_POOLS", "isolated alone, or other pools without it, outside Development")
            : pools;
    }
}
