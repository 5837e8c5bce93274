using MassTransit;

namespace Capns.Contracts.Running;

/// <summary>Report: a runner is there, and this is what it can do (platform spec 2.2, O56). Sent every 5 s; one that is missed is not sent again.</summary>
[ExcludeFromTopology]
[EntityName("capns.runner.heartbeat")]
[MessageUrn("capns.runner.heartbeat")]
public sealed record RunnerHeartbeat
{
    /// <summary>Always <c>heartbeat</c>.</summary>
    public string Kind { get; init; } = "heartbeat";

    /// <summary>Id of the runner's process; unique for ever.</summary>
    public required string RunnerId { get; init; }

    /// <summary>Pools it serves.</summary>
    public required IReadOnlyList<string> Pools { get; init; }

    /// <summary>Driver → <c>ok</c> or <c>unavailable</c>.</summary>
    public required IReadOnlyDictionary<string, string> Drivers { get; init; }

    /// <summary>Attempts it can run at once.</summary>
    public required int Slots { get; init; }

    /// <summary>Attempts it runs now.</summary>
    public required int SlotsUsed { get; init; }

    /// <summary>Memory of the machine in MiB.</summary>
    public required int MemoryMb { get; init; }

    /// <summary>Memory that the limits of the running attempts add up to, in MiB.</summary>
    public required int MemoryReservedMb { get; init; }

    /// <summary>Processors of the machine.</summary>
    public required double Cpu { get; init; }

    /// <summary>Processors that the limits of the running attempts add up to.</summary>
    public required double CpuReserved { get; init; }

    /// <summary>When it was measured.</summary>
    public required DateTimeOffset At { get; init; }
}
