using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Tools;
using Capns.Registry.Worker.Tools.Catalogue;

namespace Capns.Registry.Worker.Api;

/// <summary>What a run of a tool gets without wishes of its own (platform spec 4.3, 5.3).</summary>
internal sealed record EffectiveConfig
{
    public required Guid ToolId { get; init; }

    public required string ToolVersion { get; init; }

    public required RunLimits Limits { get; init; }

    public required ResolvedRetryPolicy RetryPolicy { get; init; }

    public required string Pool { get; init; }

    public required ApprovalRule Approval { get; init; }

    public required RunRateLimit RateLimit { get; init; }

    /// <summary>Of one version.</summary>
    public static EffectiveConfig Of(ResolvedTool tool, ToolOptions options)
    {
        var level = tool.Definition.SecurityLevel;
        var plan = PlanMaker.Make(
            new AdmittedCall
            {
                Request = new ToolExecutionRequest(),
                Source = "",
                Tool = tool,
                OwnLevel = level,
                Level = level,
                Parameters = JsonElement.Parse("{}"),
                ParametersHash = "",
            },
            options);
        return new EffectiveConfig
        {
            ToolId = tool.Row.Id,
            ToolVersion = tool.Definition.Version,
            Limits = plan.Limits,
            RetryPolicy = plan.Retry,
            Pool = plan.Pool,
            RateLimit = plan.RateLimit,
            Approval = new ApprovalRule(
                level >= SecurityLevel.Restricted || tool.Definition.RequiresApproval || tool.Row.RequiresApproval, tool.Flags.Approvers, tool.Flags.MinApprovals ?? 1),
        };
    }
}

/// <summary>Whether people have to approve a run.</summary>
internal sealed record ApprovalRule(bool Required, IReadOnlyList<string> Approvers, int MinApprovals);
