using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Approvals;
using Capns.Contracts.Executions;
using Capns.Core.Json;
using Capns.Hosting.Secrets;
using Capns.Registry.Worker.Approvals.Asking;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Executions.HandingOver;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Approvals;

/// <summary>
/// Gates 8 and 13 again: approvals are taken, and what runs is what was approved, to the last parameter (platform spec 5.6, C7).
/// </summary>
internal sealed class ApprovalStillHolds(ISealer sealer, SealingKeys keys, ApprovalOptions options) : IHandOverCheck
{
    public async ValueTask<ErrorDetail?> CheckAsync(RegistryTransaction transaction, Execution execution)
    {
        var plan = execution.Plan;
        if (execution.ApprovalId is not { } id)
        {
            return plan.Level >= SecurityLevel.Restricted
                ? Errors.Of(ErrorCodes.ApprovalRejected,
                    $"Level {Tools.Catalogue.Words.Level(plan.Level)} needs the approval of people, and nobody was asked.")
                : null;
        }

        if (!options.Enabled)
        {
            return Errors.Of(ErrorCodes.ApprovalsDisabled, "This installation takes no approvals any more.");
        }

        var approval = await transaction.Db.Set<Approval>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id,
            transaction.CancellationToken);
        return approval is { Status: ApprovalStatus.Approved } && approval.ExecutionId == execution.CorrelationId
            ? Difference(approval, execution, plan) is { } difference
                ? Errors.Of(ErrorCodes.ApprovalRejected, $"The approval is void: {difference} is not what was approved.")
                : null
            : Errors.Of(ErrorCodes.ApprovalRejected, "Nobody has approved this execution.");
    }

    private string? Difference(Approval approval, Execution execution, RunPlan plan) =>
        approval.ToolId != plan.ToolId ? "the tool"
        : approval.ToolVersion != plan.ToolVersion ? "the version"
        : approval.SecurityLevel != plan.Level ? "the level"
        : approval.CallerId != ApprovalBook.CallerOf(execution) ? "the caller"
        : approval.ParametersHash != plan.ParametersHash || !HashesOf(execution, plan).Contains(approval.ParametersHash)
            ? "one of the parameters"
        : null;

    /// <summary>The hash of what would run, by each key that may have made it.</summary>
    private IEnumerable<string> HashesOf(Execution execution, RunPlan plan)
    {
        IReadOnlyDictionary<string, JsonElement>? secrets = new Dictionary<string, JsonElement>();
        if (execution.SealedParameters is { } sealedValues)
        {
            secrets = SealedParameters.Open(sealer, execution.CorrelationId, sealedValues);
        }

        return secrets is null || secrets.Count != plan.SecretPaths.Count
            ? []
            : keys.DigestKeys.Select(key => CanonicalJson.Digest(SealedParameters.Put(
                plan.Parameters, secrets.ToDictionary(secret => secret.Key, secret => ParameterCheck.Digest(secret.Value, key)))));
    }
}
