using Capns.Contracts.Executions;
using Capns.Contracts.Running;

namespace Capns.Runner.Worker.Runs.Progress;

/// <summary>Where progress events go while they are fresh: the bus and the execution's stream. Best effort.</summary>
internal interface IProgressSink
{
    /// <summary>Sends one event; never throws, and gives up after a short time.</summary>
    Task PublishAsync(RunTool order, ToolExecutionProgress happened);
}
