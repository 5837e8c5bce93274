using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tools.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Capabilities;

/// <summary>What this instance knows of who provides what. Reading takes no lock; one refresh runs at a time.</summary>
internal sealed class CapabilityIndex(IDbContextFactory<RegistryDbContext> contexts, ToolCatalogue catalogue, IToolExecution execution) : IDisposable
{
    private readonly CapabilityReader _reader = new(contexts);
    private readonly SemaphoreSlim _one = new(1, 1);
    private CapabilitySnapshot _current = new(new CatalogueState(0, []), execution);

    /// <summary>What is known now; empty before the first refresh.</summary>
    public CapabilitySnapshot Current => Volatile.Read(ref _current);

    /// <summary>Takes over what has changed. Afterwards every change is known that was committed before the call.</summary>
    /// <returns>True when something had changed.</returns>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (await _reader.ReadAsync(_current.Revision, cancellationToken) is not { } state)
            {
                return false;
            }

            // First the catalogue, which may know a tool as it was: who sees the new snapshot asks it next.
            catalogue.ForgetAll();
            Volatile.Write(ref _current, new CapabilitySnapshot(state, execution));
            return true;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
