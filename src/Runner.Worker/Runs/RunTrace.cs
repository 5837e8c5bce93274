using System.Diagnostics;
using Capns.Contracts.Running;

namespace Capns.Runner.Worker.Runs;

/// <summary>The runner's span in the trace of a request (platform spec 3.7).</summary>
internal static class RunTrace
{
    /// <summary>Name of the activity source.</summary>
    public const string SourceName = "Capns.Runner";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Starts the span of one attempt under the request's; reports and events that follow belong to it.</summary>
    public static Activity? Start(RunTool order)
    {
        var identity = order.Identity;
        ActivityContext.TryParse(identity.TraceParent, identity.TraceState, isRemote: true, out var parent);
        return Source.StartActivity(
            "run tool",
            ActivityKind.Consumer,
            parent,
            [
                new("capns.execution.id", order.ExecutionId.ToString()),
                new("capns.execution.attempt", order.Attempt),
                new("capns.tool.id", order.ToolId.ToString()),
                new("capns.pool", order.Pool),
            ]);
    }
}
