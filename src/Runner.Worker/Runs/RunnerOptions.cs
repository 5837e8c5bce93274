using System.Globalization;
using System.Text.RegularExpressions;

namespace Capns.Runner.Worker.Runs;

/// <summary>Settings of a runner, from environment variables (platform spec 10.4). A bad value stops the host.</summary>
internal sealed partial record RunnerOptions
{
    /// <summary>Pools that exist everywhere (platform spec 5.8).</summary>
    private static readonly string[] KnownPools = ["default", "trusted", "quarantine", "isolated"];

    /// <summary>Id of this process; unique for ever.</summary>
    public required string RunnerId { get; init; }

    /// <summary><c>RUNNER_POOLS</c>. Default: <c>default,trusted</c>; in Development all four.</summary>
    public IReadOnlyList<string> Pools { get; init; } = ["default", "trusted"];

    /// <summary><c>MAX_CONCURRENT_EXECUTIONS</c>, 1 to 10,000. Default: 100.</summary>
    public int Slots { get; init; } = 100;

    /// <summary><c>SHUTDOWN_DRAIN_MS</c>, 0 to 3,600,000. Default: 30,000.</summary>
    public TimeSpan ShutdownDrain { get; init; } = TimeSpan.FromMilliseconds(30_000);

    /// <summary><c>HEARTBEAT_INTERVAL</c>, 1,000 to 3,600,000 ms. Default: 30,000.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(30_000);

    /// <summary><c>RESULT_MAX_BYTES</c>, 1,024 to 67,108,864. Default: 10,485,760.</summary>
    public int ResultMaxBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary><c>EVENT_STREAM_BUFFER_SIZE</c>, 1 to 1,000,000 entries of an execution's stream. Default: 1,000.</summary>
    public int StreamBufferSize { get; init; } = 1000;

    /// <summary><c>TOOL_FILES</c>: a folder of this host that every sandbox sees read-only at <c>/tools</c>. Absent: none.</summary>
    public string? ToolFiles { get; init; }

    /// <summary><c>SANDBOX_DRIVER</c>: <c>auto</c>, <c>native</c> or <c>container</c>. Default: auto.</summary>
    public string Driver { get; init; } = "auto";

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
    /// <exception cref="InvalidOperationException">A value is out of its bounds; the text names variable, value and bound.</exception>
    public static RunnerOptions From(IConfiguration settings, bool development, string runnerId)
    {
        var options = new RunnerOptions
        {
            RunnerId = runnerId,
            Pools = ReadPools(settings["RUNNER_POOLS"], development),
            Slots = Number(settings, "MAX_CONCURRENT_EXECUTIONS", 100, 1, 10_000),
            ShutdownDrain = TimeSpan.FromMilliseconds(Number(settings, "SHUTDOWN_DRAIN_MS", 30_000, 0, 3_600_000)),
            HeartbeatInterval = TimeSpan.FromMilliseconds(Number(settings, "HEARTBEAT_INTERVAL", 30_000, 1000, 3_600_000)),
            ResultMaxBytes = Number(settings, "RESULT_MAX_BYTES", 10 * 1024 * 1024, 1024, 64 * 1024 * 1024),
            StreamBufferSize = Number(settings, "EVENT_STREAM_BUFFER_SIZE", 1000, 1, 1_000_000),
            ToolFiles = settings["TOOL_FILES"] is { Length: > 0 } folder ? Path.GetFullPath(folder) : null,
            Driver = settings["SANDBOX_DRIVER"] is { Length: > 0 } driver ? driver : "auto",
            BenchmarkNoop = Flag(settings, "CAPNS_BENCH_NOOP_EXECUTOR"),
        };
        if (options.ToolFiles is { } files && !Directory.Exists(files))
        {
            throw new InvalidOperationException($"TOOL_FILES is '{settings["TOOL_FILES"]}', which is no folder.");
        }

        return options.Driver is "auto" or "native" or "container"
            ? options
            : throw new InvalidOperationException($"SANDBOX_DRIVER is '{options.Driver}'; it must be auto, native or container.");
    }

    private static string[] ReadPools(string? text, bool development)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return development ? KnownPools : ["default", "trusted"];
        }

        var pools = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().ToArray();
        foreach (var pool in pools.Where(pool => !PoolName().IsMatch(pool)))
        {
            throw new InvalidOperationException($"RUNNER_POOLS names '{pool}'; a pool's name must match [a-z0-9-]{{1,32}}.");
        }

        return pools.Length > 1 && pools.Contains("isolated") && !development
            ? throw new InvalidOperationException(
                $"RUNNER_POOLS is '{text}'; a runner that serves isolated may serve nothing else outside Development.")
            : pools;
    }

    private static int Number(IConfiguration settings, string name, int absent, int min, int max)
    {
        var text = settings[name];
        if (string.IsNullOrWhiteSpace(text))
        {
            return absent;
        }

        return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw new InvalidOperationException($"{name} is '{text}'; it must be a whole number from {min} to {max}.");
    }

    private static bool Flag(IConfiguration settings, string name) => settings[name] switch
    {
        null or "" => false,
        { } text when bool.TryParse(text, out var value) => value,
        { } text => throw new InvalidOperationException($"{name} is '{text}'; it must be true or false."),
    };

    [GeneratedRegex("^[a-z0-9-]{1,32}$")]
    private static partial Regex PoolName();
}
