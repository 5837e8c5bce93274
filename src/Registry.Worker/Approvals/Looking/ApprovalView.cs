using System.Text.Json;
using Capns.Contracts.Approvals;

namespace Capns.Registry.Worker.Approvals.Looking;

/// <summary>The approval resource (platform spec 4.3).</summary>
internal static class ApprovalView
{
    /// <summary>Absent members are left out.</summary>
    public static object Of(Approval row, IEnumerable<ApprovalDecisionRow> decisions)
    {
        var given = decisions.Where(decision => decision.ApprovalId == row.Id).OrderBy(decision => decision.DecidedAt).ToList();
        return new
        {
            approvalId = row.Id,
            row.ExecutionId,
            row.Status,
            row.ToolId,
            row.ToolName,
            row.ToolVersion,
            row.SecurityLevel,
            row.CallerId,
            row.Requesters,
            parametersPreview = JsonElement.Parse(row.ParametersPreview),
            row.ParametersHash,
            row.Reason,
            row.RequiredRoles,
            row.RequiredApprovers,
            row.MinApprovals,
            approvals = given.Count(decision => decision.Decision == ApprovalDecision.Approve),
            decisions = given.Select(decision => new
            {
                decision.ApproverId,
                decision.Decision,
                decision.Conditions,
                decision.Feedback,
                decision.Via,
                decision.DecidedAt,
            }),
            row.ExpiresAt,
            row.EscalatedAt,
            row.UsableUntil,
            row.UsedAt,
            row.CreatedAt,
            row.DecidedAt,
            links = new { self = $"/api/v1/approvals/{row.Id}", execution = $"/api/v1/executions/{row.ExecutionId}" },
        };
    }
}
