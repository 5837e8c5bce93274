using System.Collections.Immutable;
using Capns.Core.Matching;
using Capns.Core.Matching.Explanations;
using Capns.Core.Urns;

namespace Capns.Core.Dispatch;

/// <summary>Matrices in the order of their priority, at one moment; what they hold goes on changing. Immutable.</summary>
internal sealed class BlockSnapshot(ImmutableArray<(string Name, CapMatrix Matrix)> registries)
{
    public static BlockSnapshot Empty { get; } = new([]);

    public ImmutableArray<(string Name, CapMatrix Matrix)> Registries { get; } = registries;

    public CapMatrix? Find(string name)
    {
        foreach (var (registry, matrix) in Registries)
        {
            if (registry == name)
            {
                return matrix;
            }
        }

        return null;
    }

    /// <summary>Everything that is registered now, in the order in which ties are broken.</summary>
    public IEnumerable<(string Registry, CapEntry Entry)> Entries() =>
        from registry in Registries
        from entry in registry.Matrix.Snapshot.Entries
        select (registry.Name, entry);

    /// <summary>The same as explanations name it; what is registered after the call is not among it, whenever it is gone through.</summary>
    public IEnumerable<CandidateCap> Candidates()
    {
        var matrices = Array.ConvertAll([.. Registries], registry => (registry.Name, registry.Matrix.Snapshot));
        return matrices.SelectMany(registry => registry.Snapshot.Candidates(registry.Name));
    }

    /// <summary>The best of the bests of the matrices (CapNs spec 11.3).</summary>
    public BestCapSetMatch? FindBest(CapUrn request, SelectionPolicy policy)
    {
        var (best, name) = ((CapEntry?)null, "");
        foreach (var (registry, matrix) in Registries)
        {
            if (matrix.Snapshot.FindBest(request, policy) is { } entry && (best is null || CapMatcher.Beats(entry.Urn, best.Urn, policy)))
            {
                (best, name) = (entry, registry);
            }
        }

        return best?.ToMatch(name, best.Urn.GetSpecificity(policy.Scheme));
    }

    public bool CanHandle(CapUrn request, SelectionPolicy policy)
    {
        foreach (var (_, matrix) in Registries)
        {
            if (matrix.Snapshot.FindBest(request, policy) is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether what was chosen can still be used: its executor is there under its name, for that capability.</summary>
    public bool Holds(BestCapSetMatch match) =>
        Find(match.RegistryName)?.Snapshot.Find(match.SetName) is { } registration
        && ReferenceEquals(registration.Public.Set, match.Set)
        && registration.Public.Caps.Any(cap => ReferenceEquals(cap, match.Cap) || cap.Urn == match.Cap.Urn);
}
