using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Access;
using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Messaging.Topology;
using Capns.Registry.Worker.Analytics;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Persistence.Transactions;

namespace Capns.Registry.Worker.Executions.Events;

/// <summary>What is written down of an execution for later: audit entries, as deep as its level demands (platform spec 5.3), and its usage.</summary>
internal sealed class ExecutionLedger(IAuditTrail trail)
{
    /// <summary>A request passed the gates.</summary>
    public void Accepted(RegistryTransaction transaction, Execution execution)
    {
        var details = Facts(execution);
        AddParameters(details, execution);
        Append(transaction, execution, "execution.accept", AuditOutcome.Ok, null, details);
    }

    /// <summary>An event was published: every one of a dangerous execution leaves an entry.</summary>
    public void Said(RegistryTransaction transaction, Execution execution, string type, JsonElement data)
    {
        if (execution.SecurityLevel == SecurityLevel.Dangerous)
        {
            AppendEvent(transaction, execution, type, data);
        }
    }

    /// <summary>The execution started or ended, as an event of its own said: that leaves an entry.</summary>
    public void Told(RegistryTransaction transaction, Execution execution, string type, ExecutionState state)
    {
        if (type == EventNames.ExecutionStarted)
        {
            var started = Facts(execution);
            started["attempt"] = execution.Attempt;
            started["runnerId"] = execution.RunnerId;
            started["isolation"] = execution.Isolation;
            Append(transaction, execution, "execution.start", AuditOutcome.Ok, null, started);
        }
        else if (ExecutionStates.Final.Contains(state))
        {
            Ended(transaction, execution, state);
            transaction.Db.Add(UsageRow.Of(execution, state, transaction.Now));
        }
    }

    /// <summary>A runner brought events that it had published itself.</summary>
    public void Recorded(RegistryTransaction transaction, Execution execution, IReadOnlyList<ToolExecutionProgress> events)
    {
        if (execution.SecurityLevel != SecurityLevel.Dangerous)
        {
            return;
        }

        foreach (var progress in events)
        {
            AppendEvent(transaction, execution, EventNames.ExecutionProgress, JsonSerializer.SerializeToElement(progress, WireJson.Options));
        }
    }

    private void Ended(RegistryTransaction transaction, Execution execution, ExecutionState state)
    {
        var error = execution.Error is { } json ? JsonSerializer.Deserialize<ErrorDetail>(json, WireJson.Options) : null;
        var refused = state is ExecutionState.Rejected or ExecutionState.Expired;
        var details = Facts(execution);
        details["state"] = JsonNamingPolicy.KebabCaseLower.ConvertName(state.ToString());
        details["attempts"] = execution.Attempt;
        details["durationMs"] = execution.StartedAt is null ? null : Milliseconds.Between(execution.StartedAt, execution.CompletedAt);
        details["resultBytes"] = execution.Result is { } result ? Encoding.UTF8.GetByteCount(result) : null;
        details["cancelledBy"] = state == ExecutionState.Cancelled ? execution.CancelledBy : null;
        AddParameters(details, execution);
        AddEnd(details, execution);
        var action = state == ExecutionState.Cancelled ? "execution.cancel" : refused ? "execution.refuse" : "execution.finish";
        var outcome = error is null ? AuditOutcome.Ok : error.Type == ErrorType.Permission ? AuditOutcome.Denied : AuditOutcome.Failed;
        Append(transaction, execution, action, outcome, error?.Code, details);
    }

    private static JsonObject Facts(Execution execution) => new()
    {
        ["toolId"] = execution.ToolId?.ToString() ?? execution.ToolRef,
        ["toolVersion"] = execution.ToolVersion,
        ["parametersHash"] = execution.ParametersHash,
        ["parametersBytes"] = execution.Parameters is { } parameters ? Encoding.UTF8.GetByteCount(parameters) : null,
    };

    // Stored parameters and results are redacted already.
    private static void AddParameters(JsonObject details, Execution execution)
    {
        if (execution.SecurityLevel >= SecurityLevel.Moderate && execution.Parameters is { } parameters)
        {
            details["parameters"] = JsonNode.Parse(parameters);
        }
    }

    private static void AddEnd(JsonObject details, Execution execution)
    {
        if (execution.SecurityLevel >= SecurityLevel.Moderate && execution.Error is { } error)
        {
            details["error"] = JsonNode.Parse(error);
        }

        if (execution.SecurityLevel >= SecurityLevel.Restricted)
        {
            details["result"] = execution.Result is { } result ? JsonNode.Parse(result) : null;
            details["resultRef"] = execution.ResultRef is { } reference ? JsonNode.Parse(reference) : null;
        }

        if (execution.SecurityLevel == SecurityLevel.Dangerous && execution.Result is { } kept)
        {
            details["resultSha256"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(kept)));
        }
    }

    private void AppendEvent(RegistryTransaction transaction, Execution execution, string type, JsonElement data) =>
        Append(transaction, execution, "execution.event", AuditOutcome.Ok, null, new JsonObject { ["type"] = type, ["data"] = JsonNode.Parse(data.GetRawText()) });

    private void Append(RegistryTransaction transaction, Execution execution, string action, AuditOutcome outcome, string? code, JsonObject details)
    {
        foreach (var absent in details.Where(member => member.Value is null).Select(member => member.Key).ToList())
        {
            details.Remove(absent);
        }

        trail.Append(transaction, new AuditEntry
        {
            Actor = ActorOf(execution),
            Action = action,
            ObjectKind = "execution",
            ObjectId = execution.CorrelationId.ToString(),
            Level = execution.SecurityLevel,
            Outcome = outcome,
            Code = code,
            RequestId = execution.RequestId,
            TraceId = execution.TraceParent?.Split('-') is { Length: >= 2 } parts ? parts[1] : null,
            Details = details,
        });
    }

    /// <summary>Ids in a message without login are labels: they say who it calls itself, and prove nothing (platform spec 8.4).</summary>
    private static Caller ActorOf(Execution execution) => new()
    {
        Kind = CallerKinds.Read(execution.CallerKind),
        Id = execution.CallerId ?? execution.UserId ?? execution.AgentId ?? execution.RequestedBy ?? execution.Source,
        ActingService = execution.ActAsBy,
    };
}
