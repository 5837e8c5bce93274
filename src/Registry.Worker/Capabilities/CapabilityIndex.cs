using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tools.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Capabilities;

/// <summary>What this instance knows of who provides what. Reading takes no lock; one refresh runs at a time.</summary>
internal sealed class CapabilityIndex(IDbContextFactory<RegistryDbContext> contexts, ToolCatalogue catalogue, IToolExecution execution, CatalogueRevision? told = null) : IDisposable
{
    private readonly CapabilityReader _reader = new(contexts);
    private readonly SemaphoreSlim _one = new(1, 1);
    private CatalogueState _state = new(0, []);
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
            if (await _reader.ReadAsync(_state, cancellationToken) is { } state)
            {
                // First the catalogue, which may know a tool as it was: who sees the new snapshot asks it next.
                Forget(state);
                Volatile.Write(ref _current, Current.With(state));
                _state = state;
                Tell(state.Revision);
                return true;
            }

            Tell(_state.Revision);
            return false;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private void Forget(CatalogueState state)
    {
        if (state.Changed is not { } changed)
        {
            catalogue.ForgetAll();
            return;
        }

        // A slug never changes, so the one before is the one now.
        foreach (var tool in _state.Tools.Concat(state.Tools).Where(tool => changed.Contains(tool.ToolId)))
        {
            catalogue.Forget(tool.ToolId, tool.Slug);
        }
    }

    private void Tell(long revision)
    {
        if (told is not null)
        {
            told.Current = revision;
        }
    }
}
