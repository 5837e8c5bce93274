using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Access;
using Capns.Contracts;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Executions;

namespace Capns.Registry.Worker.Approvals;

/// <summary>Makes the audit entries of approvals: every step has one (platform spec 5.6, 8.5).</summary>
internal static class ApprovalAudit
{
    public const string Request = "approval.request";
    public const string Decide = "approval.decide";
    public const string Remind = "approval.remind";
    public const string Escalate = "approval.escalate";
    public const string Expire = "approval.expire";
    public const string Cancel = "approval.cancel";

    private const string Kind = "approval";

    /// <summary>What is done of itself.</summary>
    public static Caller Platform { get; } = new() { Kind = CallerKind.Platform, Id = "platform" };

    /// <summary>An act on an approval.</summary>
    public static AuditEntry Of(Caller actor, string action, Approval approval, JsonObject? details = null) => new()
    {
        Actor = actor,
        Action = action,
        ObjectKind = Kind,
        ObjectId = approval.Id.ToString(),
        Level = approval.SecurityLevel,
        Details = details ?? Named(approval.ExecutionId),
    };

    /// <summary>The same where its row has not been read.</summary>
    public static AuditEntry Of(Caller actor, string action, Execution execution) => new()
    {
        Actor = actor,
        Action = action,
        ObjectKind = Kind,
        ObjectId = execution.ApprovalId?.ToString(),
        Level = execution.SecurityLevel,
        Details = Named(execution.CorrelationId),
    };

    /// <summary>What is asked: the parameters from level moderate upward (platform spec 5.3).</summary>
    public static JsonObject Asked(Approval approval)
    {
        var details = Named(approval.ExecutionId);
        details["toolId"] = approval.ToolId.ToString();
        details["toolVersion"] = approval.ToolVersion;
        details["parametersHash"] = approval.ParametersHash;
        details["requiredRoles"] = Texts(approval.RequiredRoles);
        details["requiredApprovers"] = Texts(approval.RequiredApprovers);
        details["minApprovals"] = approval.MinApprovals;
        details["expiresAt"] = JsonSerializer.SerializeToNode(approval.ExpiresAt, WireJson.Options);
        if (approval.SecurityLevel >= SecurityLevel.Moderate)
        {
            details["parameters"] = JsonNode.Parse(approval.ParametersPreview);
        }

        return details;
    }

    /// <summary>The execution it is about.</summary>
    public static JsonObject Named(Guid executionId) => new() { ["executionId"] = executionId.ToString() };

    /// <summary>Texts as JSON.</summary>
    public static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];
}
