using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Executions.Admission;

namespace Capns.Registry.Worker.Executions.Requests;

/// <summary>The answer to a dry run (platform spec 4.3, gate report).</summary>
internal static class GateReports
{
    public static ToolExecutionGateReport Of(AdmissionOutcome outcome) => new()
    {
        WouldRun = outcome.Plan is not null,
        ToolId = outcome.Identity.ToolId,
        ToolVersion = outcome.Identity.ToolVersion,
        Cap = outcome.Identity.Cap,
        MatchedCap = outcome.Identity.MatchedCap,
        Provider = outcome.Identity.Provider,
        Definition = outcome.Provided is { } provided ? JsonSerializer.SerializeToElement(provided.Cap) : null,
        RequiresApproval = outcome.Approval is not null,
        EstimatedCost = outcome.Plan?.EstimatedCost,
        EstimatedDuration = outcome.Plan?.EstimatedDuration,
        Gates = [.. outcome.Gates.Select(gate => new ExecutionGate { Gate = gate.Gate, Passed = gate.Passed, Code = gate.Code, Message = gate.Message })],
    };
}
