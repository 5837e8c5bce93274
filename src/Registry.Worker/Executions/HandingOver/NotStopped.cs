using Capns.Contracts.Executions;
using Capns.Registry.Worker.Executions.KillSwitches;
using Capns.Registry.Worker.Persistence.Transactions;

namespace Capns.Registry.Worker.Executions.HandingOver;

/// <summary>Gate 5 again: no kill switch is set, of whichever mode (platform spec 5.4, 5.11).</summary>
internal sealed class NotStopped(KillSwitchBoard switches) : IHandOverCheck
{
    public ValueTask<ErrorDetail?> CheckAsync(RegistryTransaction transaction, Execution execution) => new(
        switches.Find(execution.Plan.ToolId) is { } set ? Errors.Of(ErrorCodes.KillSwitch, set.Sentence) : null);
}
