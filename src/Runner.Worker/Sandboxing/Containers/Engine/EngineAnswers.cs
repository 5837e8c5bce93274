namespace Capns.Runner.Worker.Sandboxing.Containers.Engine;

/// <summary>Answer of <c>GET /info</c>: what the engine's host can limit.</summary>
internal sealed record EngineDescription
{
    public string ServerVersion { get; init; } = "";

    public string OSType { get; init; } = "";

    public bool MemoryLimit { get; init; }

    public bool SwapLimit { get; init; }

    public bool CpuCfsQuota { get; init; }

    public bool PidsLimit { get; init; }

    /// <summary><c>1</c> or <c>2</c>.</summary>
    public string CgroupVersion { get; init; } = "";

    /// <summary><c>cgroupfs</c> or <c>systemd</c>.</summary>
    public string CgroupDriver { get; init; } = "";

    /// <summary>E.g. <c>name=seccomp,profile=default</c>.</summary>
    public IReadOnlyList<string> SecurityOptions { get; init; } = [];
}

/// <summary>Answer of <c>GET /images/{name}/json</c>.</summary>
internal sealed record ImageDescription
{
    public string Id { get; init; } = "";

    public ImageConfig? Config { get; init; }
}

/// <summary>What an image runs by default, and its labels.</summary>
internal sealed record ImageConfig
{
    public IReadOnlyList<string>? Entrypoint { get; init; }

    public IReadOnlyList<string>? Cmd { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>Answer of <c>POST /containers/create</c>.</summary>
internal sealed record ContainerCreated
{
    public required string Id { get; init; }

    public IReadOnlyList<string>? Warnings { get; init; }
}

/// <summary>Answer of <c>GET /containers/{id}/json</c>.</summary>
internal sealed record ContainerDescription
{
    public required string Id { get; init; }

    public required ContainerState State { get; init; }

    public required ContainerHostConfig HostConfig { get; init; }

    public required ContainerUser Config { get; init; }
}

/// <summary>As whom a container runs.</summary>
internal sealed record ContainerUser
{
    public string? User { get; init; }
}

/// <summary>How a container is or ended. Times are the engine's clock.</summary>
internal sealed record ContainerState
{
    public string Status { get; init; } = "";

    public bool OOMKilled { get; init; }

    public int ExitCode { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset FinishedAt { get; init; }
}

/// <summary>One row of <c>GET /containers/json</c>.</summary>
internal sealed record ContainerListing
{
    public required string Id { get; init; }

    /// <summary><c>created</c>, <c>running</c>, <c>paused</c>, <c>restarting</c>, <c>removing</c>, <c>exited</c>, <c>dead</c>.</summary>
    public string State { get; init; } = "";

    /// <summary>Seconds since 1970, UTC.</summary>
    public long Created { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

/// <summary>Memory and CPU at one time.</summary>
/// <param name="MemoryBytes">Bytes, the most so far where the engine knows it.</param>
/// <param name="CpuTime">CPU time of all processes since the start.</param>
internal readonly record struct ContainerSample(long MemoryBytes, TimeSpan CpuTime);
