namespace Capns.Contracts.Running;

/// <summary>The resolved limits of one attempt; each is enforced, or the run is refused (platform spec 5.3, 5.5, 10.5).</summary>
public sealed record RunLimits
{
    /// <summary>MB (1,048,576 bytes), all processes together; 16 to 65,536.</summary>
    public required int MemoryMb { get; init; }

    /// <summary>Cores, 0.05 to 64; 1.0 is one core.</summary>
    public required double Cpu { get; init; }

    /// <summary>Milliseconds of wall-clock time, 1 and up.</summary>
    public required int TimeoutMs { get; init; }

    /// <summary>Processes and threads at one time, 1 to 4,096.</summary>
    public int Processes { get; init; } = 64;

    /// <summary>Bytes of stdout and stderr together; beyond it the run ends with OUTPUT_TOO_LARGE. Default: 10 MiB.</summary>
    public long OutputBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>MB of scratch disk (/tmp and the working folder together). Default: 64.</summary>
    public int ScratchMb { get; init; } = 64;

    /// <summary>False: no network at all.</summary>
    public bool NetworkAccess { get; init; }

    /// <summary>Outgoing connections or proxied requests.</summary>
    public int MaxNetworkCalls { get; init; }

    /// <summary>Hosts that may be reached.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>True: one volume per tool and owner.</summary>
    public bool PersistentStorage { get; init; }

    /// <summary>The driver asked for (<c>native</c>, <c>container</c>, <c>vm</c>). Absent: the runner chooses; never a weaker one than asked for.</summary>
    public string? Isolation { get; init; }

    /// <summary>The level of the execution.</summary>
    public required SecurityLevel SecurityLevel { get; init; }
}
