using System.Text.Json;
using Capns.Access;
using Capns.Access.Rules;
using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Registry.Worker.Access.Waiting;
using Capns.Registry.Worker.Tools;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>Settles limits, pool, priority, retries and rate limits of an admitted request (platform spec 5.3, 5.8, 10.4). Pure.</summary>
internal static class PlanMaker
{
    /// <summary>Outgoing calls of a tool that has network access and names no number.</summary>
    public const int DefaultNetworkCalls = 100;

    private const int SafeMemoryMb = 256;
    private const double SafeCpu = 0.5;
    private const int SafeTimeoutMs = 10_000;

    public static RunPlan Make(AdmittedCall call, ToolOptions options)
    {
        var definition = call.Tool.Definition;
        return new RunPlan
        {
            ToolId = call.Tool.Row.Id,
            ToolVersion = definition.Version,
            Level = call.Level,
            Permissions = call.Permissions,
            Asker = call.Caller is { } caller ? Asker.Of(caller, call.Request.AgentId) : null,
            Pool = Pool(call.Level, call.Tool.Row),
            Priority = call.Request.Priority ?? Priority.Normal,
            Executor = Executor(definition.Executor),
            Limits = Limits(call, options),
            Parameters = call.Parameters,
            ParametersHash = call.ParametersHash,
            SecretPaths = call.SecretPaths,
            Retry = RetryResolution.Resolve(definition.RetryPolicy, call.Request, definition.Idempotent, call.Level),
            RateLimit = RateLimit(call, options),
            RejectWhenLimited = call.Tool.Flags.RateLimits.OnLimit == "reject",
            Idempotent = definition.Idempotent,
            SecretNames = definition.Secrets,
            EstimatedDuration = definition.ExecutionTimeEstimate,
            EstimatedCost = EstimatedCost(definition),
            ResultSchema = call.Operation?.OutputSchema ?? definition.ReturnType,
            StrictResult = definition.StrictResult,
            ResultHasSecrets = call.Tool.Schemas.ResultHasSecrets(call.Operation?.Id),
            ResultMayTravel = call.Level < SecurityLevel.Restricted && !call.Tool.Schemas.ResultHasSecrets(call.Operation?.Id),
        };
    }

    /// <summary>What one run is expected to cost: the definition's own number, else its prices over the expected time.</summary>
    public static decimal EstimatedCost(ToolDefinition definition)
    {
        if (definition.CostEstimate > 0 || definition.Pricing is not { } pricing)
        {
            return definition.CostEstimate;
        }

        return decimal.Round(pricing.PerCall + (pricing.PerSecond * definition.ExecutionTimeEstimate / 1000m), 6);
    }

    /// <summary>The runner pool (platform spec 5.8).</summary>
    public static string Pool(SecurityLevel level, Tool tool) => level == SecurityLevel.Dangerous ? "isolated" : tool.Pool ?? tool.Trust switch
    {
        "trusted" => "trusted",
        "quarantine" => "quarantine",
        _ => "default",
    };

    private static RunExecutor Executor(ToolExecutor executor) => new()
    {
        Type = executor.Type,
        Handler = executor.Handler,
        Image = executor.Image,
        Command = executor.Command,
        Environment = executor.Env,
    };

    private static RunLimits Limits(AdmittedCall call, ToolOptions options)
    {
        var own = call.Tool.Definition.ExecutionConfig;

        // Raising the level of one execution must not give it more than the tool has.
        var safe = call.OwnLevel == SecurityLevel.Safe;
        var memory = own.MemoryLimit ?? (safe ? Math.Min(SafeMemoryMb, options.MemoryMb) : options.MemoryMb);
        var cpu = own.CpuLimit ?? (safe ? Math.Min(SafeCpu, options.Cpu) : options.Cpu);
        var timeout = own.Timeout ?? (safe ? Math.Min(SafeTimeoutMs, options.TimeoutMs) : options.TimeoutMs);
        return new RunLimits
        {
            // The caps may have been lowered since the tool was registered.
            MemoryMb = Math.Min(memory, options.MaxMemoryMb),
            Cpu = Math.Min(cpu, options.MaxCpu),
            TimeoutMs = Math.Min(Math.Min(timeout, options.MaxTimeoutMs), call.Request.Timeout ?? int.MaxValue),
            NetworkAccess = own.NetworkAccess,
            MaxNetworkCalls = own.NetworkAccess ? own.MaxNetworkCalls ?? DefaultNetworkCalls : 0,
            AllowedHosts = own.AllowedHosts,
            PersistentStorage = own.PersistentStorage,
            Isolation = own.Isolation,
            SecurityLevel = call.Level,
        };
    }

    private static RunRateLimit RateLimit(AdmittedCall call, ToolOptions options)
    {
        var limits = call.Tool.Flags.RateLimits;
        return new RunRateLimit
        {
            Caller = CountedAs(call),
            MaxCallsPerMinute = limits.MaxCallsPerMinute ?? options.RunsPerMinute,
            MaxCallsPerHour = Least(limits.MaxCallsPerHour, call.Limits?.MaxCallsPerHour),
            MaxConcurrentExecutions = limits.MaxConcurrentExecutions,
        };
    }

    /// <summary>Whose runs are counted together: the login's own id; without one, what the body says (platform spec 8.4, 9.2).</summary>
    private static string CountedAs(AdmittedCall call) => call.Caller is { IsKnown: true, Kind: not CallerKind.Platform, Proof: CallerProof.Login } or { ActingService: not null }
        ? call.Caller.Id
        : call.Request.UserId ?? call.Request.AgentId ?? (call.Caller is { Kind: CallerKind.Service } ? call.Caller.Id : call.Source);

    private static int? Least(int? one, int? other) => one < other || other is null ? one : other;
}

/// <summary>A request that has passed its gates.</summary>
internal sealed record AdmittedCall
{
    public required ToolExecutionRequest Request { get; init; }

    public required string Source { get; init; }

    public required ResolvedTool Tool { get; init; }

    public ToolOperation? Operation { get; init; }

    /// <summary>The higher one of tool and operation.</summary>
    public required SecurityLevel OwnLevel { get; init; }

    /// <summary>The highest of tool, operation and request.</summary>
    public required SecurityLevel Level { get; init; }

    /// <summary>With all defaults filled in.</summary>
    public required JsonElement Parameters { get; init; }

    public required string ParametersHash { get; init; }

    /// <summary>JSON Pointers of the secret parameters.</summary>
    public IReadOnlyList<string> SecretPaths { get; init; } = [];

    /// <summary>See <see cref="RunPlan.Permissions"/>.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];

    /// <summary>Who asks. Absent: nobody known.</summary>
    public Caller? Caller { get; init; }

    /// <summary>What the caller's grant gives. Absent: no limits of its own.</summary>
    public GrantLimits? Limits { get; init; }
}
