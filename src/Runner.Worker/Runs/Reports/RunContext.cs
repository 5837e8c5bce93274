using Capns.Contracts.Running;
using Capns.Messaging.Outbound;

namespace Capns.Runner.Worker.Runs.Reports;

/// <summary>What every document about an attempt carries on from its request (platform spec 3.7).</summary>
internal static class RunContext
{
    /// <summary>Correlation and trace of the request.</summary>
    public static OutboundContext Of(RunTool order) => new()
    {
        CorrelationId = order.Identity.CorrelationId,
        TraceParent = order.Identity.TraceParent,
        TraceState = order.Identity.TraceState,
        Subject = order.ExecutionId.ToString(),
    };
}
