using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Tools.Definitions;

/// <summary>What a tool is and how it runs, one version of it (platform spec 5.1).</summary>
/// <remarks>Made by <see cref="DefinitionReader"/> only, with defaults filled in; stored as JSON in <c>tool_versions.definition</c>.</remarks>
internal sealed record ToolDefinition
{
    /// <summary>Uuid or slug the definition asked for. Absent: a new uuid, and a slug made from the name.</summary>
    public string? Id { get; init; }

    public required string Name { get; init; }

    public required string DisplayName { get; init; }

    public required string Description { get; init; }

    /// <summary>SemVer.</summary>
    public required string Version { get; init; }

    public required string Category { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Words, or cap URNs. Default: the tags.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>JSON Schema 2020-12 with root type object.</summary>
    public required JsonElement Parameters { get; init; }

    /// <summary>JSON Schema of the result. Absent: anything.</summary>
    public JsonElement? ReturnType { get; init; }

    public bool StrictResult { get; init; } = true;

    public IReadOnlyList<ToolExample> Examples { get; init; } = [];

    public required SecurityLevel SecurityLevel { get; init; }

    public bool RequiresApproval { get; init; }

    public bool IsEnabled { get; init; } = true;

    /// <summary>Milliseconds.</summary>
    public int ExecutionTimeEstimate { get; init; } = 1000;

    public decimal CostEstimate { get; init; }

    /// <summary>Shown, and used by the cost of an attempt (platform spec 5.9).</summary>
    public ToolPricing? Pricing { get; init; }

    public string? Author { get; init; }

    public string? Owner { get; init; }

    public IReadOnlyList<ToolDependency> Dependencies { get; init; } = [];

    public ToolRateLimits RateLimits { get; init; } = new();

    public ToolLimits ExecutionConfig { get; init; } = new();

    public required ToolExecutor Executor { get; init; }

    /// <summary>Absent: every default of platform spec 5.8.</summary>
    public RetryPolicy? RetryPolicy { get; init; }

    public bool Idempotent { get; init; }

    public bool Cacheable { get; init; }

    /// <summary>Seconds.</summary>
    public int CacheTtl { get; init; } = 300;

    public IReadOnlyList<string> Secrets { get; init; } = [];

    public IReadOnlyList<string> Approvers { get; init; } = [];

    public int? MinApprovals { get; init; }

    /// <summary><c>trusted</c>, <c>reviewed</c> or <c>quarantine</c>.</summary>
    public string Trust { get; init; } = "reviewed";

    /// <summary>Runner pool. Absent: by trust.</summary>
    public string? Pool { get; init; }

    public IReadOnlyList<ToolOperation> Operations { get; init; } = [];

    /// <summary><c>active</c>, <c>maintenance</c> or <c>deprecated</c>; <c>archived</c> is no word of a definition.</summary>
    public string MaintenanceStatus { get; init; } = "active";

    public string? DocumentationUrl { get; init; }

    public string? SupportContact { get; init; }

    public JsonElement? Changelog { get; init; }

    public JsonElement? EnvironmentRequirements { get; init; }
}

/// <summary>An input that the tool takes, and what comes of it.</summary>
internal sealed record ToolExample
{
    public required string Name { get; init; }

    public string? Description { get; init; }

    public required JsonElement Input { get; init; }

    public JsonElement? ExpectedOutput { get; init; }

    public string? Notes { get; init; }
}

/// <summary>Prices per unit of what an attempt used (platform spec 5.9); 0 is free.</summary>
internal sealed record ToolPricing
{
    public decimal PerCall { get; init; }

    public decimal PerSecond { get; init; }

    public decimal PerCpuSecond { get; init; }

    public decimal PerMbSecond { get; init; }

    public decimal PerNetworkCall { get; init; }
}

/// <summary>Another tool that must be there and enabled (platform spec 5.10).</summary>
internal sealed record ToolDependency
{
    /// <summary>Uuid or slug.</summary>
    public required string ToolId { get; init; }

    /// <summary>Range. Absent: any.</summary>
    public string? Version { get; init; }
}

/// <summary>Limits per caller and tool; taken by the runner.</summary>
internal sealed record ToolRateLimits
{
    /// <summary>Absent: RATE_LIMIT_RUNS.</summary>
    public int? MaxCallsPerMinute { get; init; }

    public int? MaxCallsPerHour { get; init; }

    public int? MaxConcurrentExecutions { get; init; }

    /// <summary><c>wait</c> or <c>reject</c>.</summary>
    public string OnLimit { get; init; } = "wait";
}

/// <summary>The tool's own <c>executionConfig</c>; what is absent comes from its level (platform spec 5.3).</summary>
internal sealed record ToolLimits
{
    /// <summary>Milliseconds.</summary>
    public int? Timeout { get; init; }

    /// <summary>MB (1,048,576 bytes).</summary>
    public int? MemoryLimit { get; init; }

    /// <summary>Cores.</summary>
    public double? CpuLimit { get; init; }

    public bool NetworkAccess { get; init; }

    public int? MaxNetworkCalls { get; init; }

    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    public bool PersistentStorage { get; init; }

    /// <summary><c>native</c>, <c>container</c> or <c>vm</c>. Absent: the runner chooses.</summary>
    public string? Isolation { get; init; }
}

/// <summary>What an attempt runs (platform spec 5.5).</summary>
internal sealed record ToolExecutor
{
    /// <summary><c>builtin</c>, <c>command</c> or <c>container</c>.</summary>
    public required string Type { get; init; }

    public string? Handler { get; init; }

    public string? Image { get; init; }

    public IReadOnlyList<string> Command { get; init; } = [];

    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();
}

/// <summary>One of several things a tool does; its schema replaces the tool's.</summary>
internal sealed record ToolOperation
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required JsonElement InputSchema { get; init; }

    public JsonElement? OutputSchema { get; init; }

    /// <summary>Raises the tool's level; a lower one has no effect.</summary>
    public SecurityLevel? SecurityLevel { get; init; }

    public IReadOnlyList<string> RequiredPermissions { get; init; } = [];
}
