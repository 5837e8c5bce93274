using System.Text.Json;
using Capns.Contracts.Approvals;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Approvals.Deciding;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Approvals.Listening;

/// <summary>
/// Reads decisions out of messages and request bodies, field by field (platform spec 3.23, 4.3). Never throws for what they hold.
/// </summary>
internal static class DecisionReader
{
    /// <summary>The payload of <c>tool.approval.decided</c>.</summary>
    /// <param name="payload">A JSON object.</param>
    /// <param name="approverId">Who decides, as it says.</param>
    /// <param name="errors">All that was wrong; empty when an order is returned.</param>
    public static DecisionOrder? FromMessage(JsonElement payload, out string? approverId, out IReadOnlyList<FieldError> errors)
    {
        approverId = null;
        if (Open(payload, out errors) is not { } fields)
        {
            return null;
        }

        approverId = fields.Text("approverId", ApprovalLevels.MaxApproverId);
        fields.Require("approverId", "who decides");
        fields.Time("decidedAt");
        var order = Common(fields, "message") with { ApprovalId = fields.Uuid("approvalId"), ExecutionId = fields.Uuid("executionId") };
        if (order.ApprovalId is null && order.ExecutionId is null)
        {
            fields.Note("approvalId", "required", "or executionId is required");
        }

        return errors.Count == 0 ? order : null;
    }

    /// <summary>The body of <c>POST /approvals/{id}/decisions</c>, or of the paths <c>approve</c> and <c>reject</c>.</summary>
    /// <param name="body">Any JSON.</param>
    /// <param name="decision">Given by the path. Absent: the body says it.</param>
    /// <param name="errors">All that was wrong; empty when an order is returned.</param>
    public static DecisionOrder? FromBody(JsonElement body, ApprovalDecision? decision, out IReadOnlyList<FieldError> errors)
    {
        if (Open(body, out errors) is not { } fields)
        {
            return null;
        }

        var order = Common(fields, "rest", decision);
        return errors.Count == 0 ? order : null;
    }

    /// <summary>All errors in one sentence and one list.</summary>
    public static ErrorDetail Refusal(IReadOnlyList<FieldError> errors) =>
        Errors.Of(ErrorCodes.InvalidParameters, string.Join(" ", errors.Select(error => error.Message).Take(3)), new { errors });

    private static JsonFields? Open(JsonElement value, out IReadOnlyList<FieldError> errors)
    {
        var found = new List<FieldError>();
        errors = found;
        if (value.ValueKind != JsonValueKind.Object)
        {
            found.Add(new FieldError("", "type", "A decision must be a JSON object."));
        }
        else if (StorableJson.Check(value) is { } unstorable)
        {
            found.Add(unstorable);
        }

        return found.Count == 0 ? new JsonFields(value, "", found) : null;
    }

    private static DecisionOrder Common(JsonFields fields, string via, ApprovalDecision? decision = null)
    {
        var said = fields.Enumeration<ApprovalDecision>("decision", "approve, reject");
        if (decision is null)
        {
            fields.Require("decision", "approve or reject");
        }
        else if (said is not null && said != decision)
        {
            fields.Note("decision", "const", "must be what the path says, or be left out");
        }

        return new DecisionOrder
        {
            Decision = decision ?? said ?? ApprovalDecision.Unknown,
            ParametersHash = fields.Text("parametersHash", RequestReader.MaxId),
            Conditions = fields.Texts("conditions", DecisionOrder.MaxConditions, DecisionOrder.MaxCondition) ?? [],
            Feedback = fields.Text("feedback", DecisionOrder.MaxFeedback, 0),
            Via = via,
        };
    }
}
