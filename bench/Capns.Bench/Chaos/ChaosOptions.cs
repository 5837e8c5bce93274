namespace Capns.Bench.Chaos;

/// <summary>What to do, and how much of it.</summary>
internal sealed record ChaosOptions
{
    public required string Root { get; init; }

    /// <summary>Chooses tools, durations and moments; the operating system's scheduling stays random.</summary>
    public required int Seed { get; init; }

    public required int Executions { get; init; }

    public required int RegistryKills { get; init; }

    public required int RunnerKills { get; init; }

    public required int Registries { get; init; }

    public required int Runners { get; init; }

    public required int RabbitMqRestarts { get; init; }

    public required int PostgreSqlRestarts { get; init; }

    public required int RedisRestarts { get; init; }

    /// <summary>Kill with SIGTERM instead of SIGKILL, one after the other: a rolling restart.</summary>
    public required bool Rolling { get; init; }

    /// <summary>How long after the last fault every execution must have ended.</summary>
    public required TimeSpan SettleWithin { get; init; }
}
