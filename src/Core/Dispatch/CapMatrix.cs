using System.Diagnostics.CodeAnalysis;
using Capns.Core.Caps;
using Capns.Core.Matching;
using Capns.Core.Matching.Explanations;
using Capns.Core.Urns;

namespace Capns.Core.Dispatch;

/// <summary>The executors of one domain and what each can do, in the order of their registration (CapNs spec 11.2).</summary>
/// <remarks>
/// Thread-safe. A look-up takes no lock and sees one moment; changes are made one after the other and are seen as a whole.
/// </remarks>
/// <param name="policy">How the best is chosen. Default: <see cref="SelectionPolicy.Default"/>.</param>
public sealed class CapMatrix(SelectionPolicy? policy = null)
{
    private readonly Lock _writing = new();
    private MatrixSnapshot _snapshot = MatrixSnapshot.Empty;
    private long _places;

    /// <summary>How the best is chosen when the matrix is asked by itself; a block it is in uses its own.</summary>
    public SelectionPolicy Policy { get; } = policy ?? SelectionPolicy.Default;

    /// <summary>The names of the executors, in the order of registration.</summary>
    public IReadOnlyList<string> HostNames => [.. Snapshot.Registrations.Select(registration => registration.Public.Name)];

    /// <summary>Every capability of every executor, in the order of registration; the same one twice if two can do it.</summary>
    public IReadOnlyList<Cap> AllCapabilities => [.. Snapshot.Entries.Select(entry => entry.Cap)];

    /// <summary>The executors with what each can do, in the order of registration.</summary>
    public IReadOnlyList<RegisteredCapSet> CapSets => [.. Snapshot.Registrations.Select(registration => registration.Public)];

    private IEnumerable<CandidateCap> Candidates => Snapshot.Candidates();

    internal MatrixSnapshot Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>Adds an executor, or replaces the one of that name, which keeps its place.</summary>
    /// <param name="name">Not empty; compared with case.</param>
    /// <param name="set">The executor.</param>
    /// <param name="caps">What it can do; of two that are chosen alike the earlier counts. May be empty.</param>
    /// <remarks>
    /// The index is made here, so that look-ups need not: n capabilities at once take O(n log n), one by one about log n times
    /// that in all, of which a single one may take as long as all at once. Look-ups go on meanwhile.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public void RegisterCapSet(string name, ICapSet set, IReadOnlyList<Cap> caps)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(caps);
        lock (_writing)
        {
            var place = _snapshot.Find(name)?.Place ?? _places++;
            Volatile.Write(ref _snapshot, _snapshot.With(new CapSetRegistration(name, set, caps, place), Policy));
        }
    }

    /// <summary>Removes an executor.</summary>
    /// <returns>True when there was one of that name.</returns>
    public bool UnregisterCapSet(string name)
    {
        lock (_writing)
        {
            if (_snapshot.Find(name) is not { } registration)
            {
                return false;
            }

            Volatile.Write(ref _snapshot, _snapshot.Without(registration, Policy));
            return true;
        }
    }

    /// <summary>A matrix of its own that holds the same now; changes of the one are not seen in the other. Takes no longer for many executors than for few.</summary>
    public CapMatrix Copy()
    {
        lock (_writing)
        {
            return new CapMatrix(Policy) { _snapshot = _snapshot, _places = _places };
        }
    }

    /// <summary>Removes every executor.</summary>
    public void Clear()
    {
        lock (_writing)
        {
            Volatile.Write(ref _snapshot, MatrixSnapshot.Empty);
        }
    }

    /// <summary>What an executor can do, in the order in which it was given; null when there is none of that name.</summary>
    public IReadOnlyList<Cap>? CapabilitiesForHost(string name) => Snapshot.Find(name)?.Public.Caps;

    /// <summary>Every executor with at least one capability that accepts the request, once each, in the order of registration.</summary>
    /// <remarks>Looks at every capability; <see cref="FindBestCapSet(CapUrn)"/> and <see cref="CanHandle(CapUrn)"/> do not.</remarks>
    /// <exception cref="NoSetsFoundException">There is none.</exception>
    public IReadOnlyList<ICapSet> FindCapSets(CapUrn request)
    {
        var found = Snapshot.Registrations
            .Where(registration => registration.Entries.Any(entry => entry.Urn.Accepts(request, Policy.SpecialValues)))
            .Select(registration => registration.Public.Set)
            .ToArray();
        return found.Length > 0 ? found : throw NoSetsFoundException.Among(Candidates, request, Policy);
    }

    /// <inheritdoc cref="FindCapSets(CapUrn)" />
    /// <exception cref="InvalidUrnException">The text is no capability URN.</exception>
    public IReadOnlyList<ICapSet> FindCapSets(string request) => FindCapSets(RequestText.Parse(request, fills: false));

    /// <summary>The executor and the capability to choose for a request.</summary>
    /// <exception cref="NoSetsFoundException">None accepts it.</exception>
    public BestCapSetMatch FindBestCapSet(CapUrn request) =>
        TryFindBestCapSet(request, out var match) ? match : throw NoSetsFoundException.Among(Candidates, request, Policy);

    /// <inheritdoc cref="FindBestCapSet(CapUrn)" />
    /// <exception cref="InvalidUrnException">The text is no capability URN.</exception>
    public BestCapSetMatch FindBestCapSet(string request) => FindBestCapSet(RequestText.Parse(request, fills: false));

    /// <summary>The executor and the capability to choose for a request, if any accepts it.</summary>
    public bool TryFindBestCapSet(CapUrn request, [NotNullWhen(true)] out BestCapSetMatch? match)
    {
        match = Snapshot.FindBest(request, Policy) is { } entry ? entry.ToMatch("", entry.Urn.GetSpecificity(Policy.Scheme)) : null;
        return match is not null;
    }

    /// <summary>
    /// Says how the capability for a request is chosen, or why none is. Candidates are labelled with the executor's name.
    /// </summary>
    public RequestExplanation Explain(CapUrn request) => RequestExplanation.Of(Candidates, request, Policy);

    /// <summary>True when some capability accepts the request.</summary>
    public bool CanHandle(CapUrn request) => Snapshot.FindBest(request, Policy) is not null;

    /// <summary>True when the text is a capability URN and some capability accepts it.</summary>
    public bool CanHandle(string request) => CapUrn.TryParse(request, out var urn, out _) && CanHandle(urn);
}
