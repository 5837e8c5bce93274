namespace Capns.Runner.Worker.Sandboxing.Containers.Engine;

/// <summary>Body of <c>POST /containers/create</c>; members are named as in the Engine API.</summary>
internal sealed record ContainerCreation
{
    public required string Image { get; init; }

    /// <summary>Absent: the image's own.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary>Absent: the image's own.</summary>
    public IReadOnlyList<string>? Cmd { get; init; }

    /// <summary><c>NAME=value</c> each.</summary>
    public required IReadOnlyList<string> Env { get; init; }

    /// <summary>Numeric <c>uid:gid</c>.</summary>
    public required string User { get; init; }

    public required string WorkingDir { get; init; }

    public bool NetworkDisabled { get; init; } = true;

    public bool AttachStdin { get; init; } = true;

    public bool AttachStdout { get; init; } = true;

    public bool AttachStderr { get; init; } = true;

    public bool OpenStdin { get; init; } = true;

    /// <summary>True: the end of our input is the end of the program's.</summary>
    public bool StdinOnce { get; init; } = true;

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    public required ContainerHostConfig HostConfig { get; init; }
}

/// <summary>The part of a container that limits and isolates it.</summary>
internal sealed record ContainerHostConfig
{
    public string? NetworkMode { get; init; }

    /// <summary>Bytes.</summary>
    public long Memory { get; init; }

    /// <summary>Bytes of memory and swap together; equal to <see cref="Memory"/>: no swap.</summary>
    public long MemorySwap { get; init; }

    /// <summary>Billionths of a core.</summary>
    public long NanoCpus { get; init; }

    public long? PidsLimit { get; init; }

    public bool ReadonlyRootfs { get; init; }

    public bool Privileged { get; init; }

    /// <summary>True: a small first process reaps, forwards signals and lets the program die of its own ones.</summary>
    public bool? Init { get; init; }

    public IReadOnlyList<string>? CapDrop { get; init; }

    public IReadOnlyList<string>? SecurityOpt { get; init; }

    public IReadOnlyDictionary<string, string>? Tmpfs { get; init; }

    public IReadOnlyList<ContainerMount>? Mounts { get; init; }

    public IReadOnlyList<ContainerUlimit>? Ulimits { get; init; }

    public string? IpcMode { get; init; }

    public string? CgroupnsMode { get; init; }

    /// <summary>Absent: the engine's default.</summary>
    public string? CgroupParent { get; init; }

    public ContainerLogConfig? LogConfig { get; init; }
}

/// <summary>Body of <c>POST /containers/{id}/update</c>; units as in <see cref="ContainerHostConfig"/>.</summary>
internal sealed record ContainerUpdate
{
    public required long Memory { get; init; }

    public required long MemorySwap { get; init; }

    public required long NanoCpus { get; init; }

    public required long PidsLimit { get; init; }
}

/// <summary>A folder of the engine's host shown inside. Unlike the older <c>Binds</c>, a missing one is refused, not made.</summary>
internal sealed record ContainerMount(string Source, string Target)
{
    public string Type { get; init; } = "bind";

    public bool ReadOnly { get; init; } = true;

    public ContainerBindOptions BindOptions { get; init; } = new();
}

/// <summary>Without what is mounted below the folder: older engines would leave that writable.</summary>
internal sealed record ContainerBindOptions
{
    public string Propagation { get; init; } = "rprivate";

    public bool NonRecursive { get; init; } = true;
}

/// <summary>A resource limit of each process.</summary>
internal sealed record ContainerUlimit(string Name, long Soft, long Hard);

/// <summary>What the engine does with output beside passing it on.</summary>
internal sealed record ContainerLogConfig(string Type);
