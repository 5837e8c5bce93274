namespace Capns.Contracts.Executions;

/// <summary>What an attempt has used (platform spec 3.13). All numbers, zeros at start.</summary>
public sealed record ResourceUsage
{
    /// <summary>Mean use of one core, in percent.</summary>
    public double Cpu { get; init; }

    /// <summary>Memory now, in MB (1,048,576 bytes).</summary>
    public double Memory { get; init; }

    /// <summary>Network calls; the same as <see cref="NetworkCalls"/>.</summary>
    public long Network { get; init; }

    /// <summary>CPU time of all processes, in milliseconds.</summary>
    public long CpuTimeMs { get; init; }

    /// <summary>Most memory at any time, in MB (1,048,576 bytes).</summary>
    public double MemoryPeakMb { get; init; }

    /// <summary>Wall-clock time, in milliseconds.</summary>
    public long DurationMs { get; init; }

    /// <summary>Outgoing connections or proxied requests.</summary>
    public long NetworkCalls { get; init; }

    /// <summary>Bytes received.</summary>
    public long NetworkBytesIn { get; init; }

    /// <summary>Bytes sent.</summary>
    public long NetworkBytesOut { get; init; }
}
