using Capns.Contracts.Executions;
using Capns.Registry.Worker.Persistence.Transactions;

namespace Capns.Registry.Worker.Executions.HandingOver;

/// <summary>A gate that is passed again when a job that has waited goes to a runner queue (platform spec 5.4).</summary>
/// <remarks>What is admitted and handed over in one transaction has just passed it. Thread-safe.</remarks>
internal interface IHandOverCheck
{
    /// <summary>Looks again; may read, changes nothing.</summary>
    /// <returns>Why it may not run any more, or null.</returns>
    ValueTask<ErrorDetail?> CheckAsync(RegistryTransaction transaction, Execution execution);
}

/// <summary>All of them, in the order of their registration; the first refusal ends it.</summary>
internal sealed class HandOverChecks(IEnumerable<IHandOverCheck> checks)
{
    private readonly IHandOverCheck[] _checks = [.. checks];

    /// <inheritdoc cref="IHandOverCheck.CheckAsync"/>
    public async ValueTask<ErrorDetail?> RefusalAsync(RegistryTransaction transaction, Execution execution)
    {
        foreach (var check in _checks)
        {
            if (await check.CheckAsync(transaction, execution) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }
}
