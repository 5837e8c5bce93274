namespace Capns.Contracts.Executions;

/// <summary>The limits an attempt runs under (platform spec 3.15; the seed's <c>SandboxConfig</c>).</summary>
public sealed record SandboxConfig
{
    /// <summary>Numbers.</summary>
    public required ResourceLimits ResourceLimits { get; init; }

    /// <summary>The level of the execution.</summary>
    public required SecurityLevel SecurityLevel { get; init; }

    /// <summary>The sandbox driver: <c>native</c>, <c>container</c> or <c>vm</c>.</summary>
    public required string Isolation { get; init; }

    /// <summary>False: no network at all, whatever the call count says.</summary>
    public required bool NetworkAccess { get; init; }

    /// <summary>True: one volume per tool and owner.</summary>
    public required bool PersistentStorage { get; init; }

    /// <summary>Hosts that may be reached.</summary>
    public required IReadOnlyList<string> AllowedHosts { get; init; }
}

/// <summary>The numbers of a <see cref="SandboxConfig"/>.</summary>
public sealed record ResourceLimits
{
    /// <summary>MB (1,048,576 bytes), all processes together.</summary>
    public required int MaxMemory { get; init; }

    /// <summary>Cores; 1.0 is one core.</summary>
    public required double MaxCpu { get; init; }

    /// <summary>Milliseconds of wall-clock time for one attempt.</summary>
    public required int MaxDuration { get; init; }

    /// <summary>Outgoing connections or proxied requests; 0 is none.</summary>
    public required int MaxNetworkCalls { get; init; }
}
