using System.Collections.Immutable;
using Capns.Core.Dispatch.Indexing;
using Capns.Core.Matching;
using Capns.Core.Matching.Explanations;
using Capns.Core.Urns;

namespace Capns.Core.Dispatch;

/// <summary>What a matrix holds at one moment. Immutable.</summary>
/// <remarks>
/// The index lies in segments, each at least twice as large as the one behind it, or nearly so: a change builds the small ones
/// anew and shares the large ones. Registering n capabilities one by one builds each about log n times, O(n log² n) in all;
/// a look-up asks about log n segments, of which the small ones are scanned. What was removed stays in its segment and is
/// passed over, until it is half of it.
/// </remarks>
internal sealed class MatrixSnapshot
{
    private readonly ImmutableDictionary<string, CapSetRegistration> _byName;
    private readonly ImmutableSortedDictionary<long, CapSetRegistration> _byPlace;
    private readonly ImmutableArray<LiveSegment> _segments;

    private MatrixSnapshot(
        ImmutableDictionary<string, CapSetRegistration> byName,
        ImmutableSortedDictionary<long, CapSetRegistration> byPlace,
        ImmutableArray<LiveSegment> segments)
    {
        _byName = byName;
        _byPlace = byPlace;
        _segments = segments;
    }

    public static MatrixSnapshot Empty { get; } = new(
        ImmutableDictionary.Create<string, CapSetRegistration>(StringComparer.Ordinal),
        ImmutableSortedDictionary<long, CapSetRegistration>.Empty,
        []);

    /// <summary>In the order of registration.</summary>
    public IEnumerable<CapSetRegistration> Registrations => _byPlace.Values;

    /// <summary>In the order of registration.</summary>
    public IEnumerable<CapEntry> Entries => Registrations.SelectMany(registration => registration.Entries);

    /// <summary>The same as explanations name it.</summary>
    /// <param name="registry">The matrix; null when it is asked by itself.</param>
    public IEnumerable<CandidateCap> Candidates(string? registry = null) =>
        Registrations.SelectMany(registration => registration.Candidates(registry));

    public CapSetRegistration? Find(string name) => _byName.GetValueOrDefault(name);

    public bool Holds(CapSetRegistration registration) => ReferenceEquals(Find(registration.Public.Name), registration);

    /// <summary>With an executor added, or replaced if there is one of that name.</summary>
    /// <param name="registration">The new one; when there is one of its name, with the place of that.</param>
    /// <param name="policy">What the index is made for at once, so that look-ups find it ready.</param>
    public MatrixSnapshot With(CapSetRegistration registration, SelectionPolicy policy)
    {
        var rest = Find(registration.Public.Name) is { } replaced ? Without(replaced, policy) : this;
        return new MatrixSnapshot(
            rest._byName.SetItem(registration.Public.Name, registration),
            rest._byPlace.SetItem(registration.Place, registration),
            registration.Entries.Length == 0 ? rest._segments : rest.Append(registration, policy));
    }

    /// <summary>Without an executor that it holds.</summary>
    public MatrixSnapshot Without(CapSetRegistration registration, SelectionPolicy policy)
    {
        var (byName, byPlace) = (_byName.Remove(registration.Public.Name), _byPlace.Remove(registration.Place));
        var remaining = new MatrixSnapshot(byName, byPlace, []);
        var segments = _segments.ToBuilder();
        for (var at = segments.Count - 1; at >= 0; at--)
        {
            if (!segments[at].Segment.Contains(registration))
            {
                continue;
            }

            var removed = segments[at].Removed + registration.Entries.Length;
            segments[at] = segments[at] with { Removed = removed };
            if (removed == segments[at].Segment.Count)
            {
                segments.RemoveAt(at);
            }
            else if (removed * 2 > segments[at].Segment.Count)
            {
                segments[at] = LiveSegment.Of(remaining.Living(segments[at]), policy);
            }
        }

        return new MatrixSnapshot(byName, byPlace, segments.ToImmutable());
    }

    /// <summary>The one to choose for a request under a policy; null when none accepts it.</summary>
    public CapEntry? FindBest(CapUrn request, SelectionPolicy policy)
    {
        CapEntry? best = null;
        foreach (var (segment, removed) in _segments)
        {
            var index = segment.IndexFor(policy);
            if (index.Find(request, removed > 0 ? this : null) is { } found && (best is null || index.Order.Compare(found, best) < 0))
            {
                best = found;
            }
        }

        return best;
    }

    private IEnumerable<CapSetRegistration> Living(LiveSegment segment) => segment.Segment.Members.Where(Holds);

    private ImmutableArray<LiveSegment> Append(CapSetRegistration registration, SelectionPolicy policy)
    {
        var (kept, members, count) = (_segments.Length, new List<CapSetRegistration> { registration }, registration.Entries.Length);
        while (kept > 0 && _segments[kept - 1].Count <= count)
        {
            kept--;
            members.AddRange(Living(_segments[kept]));
            count += _segments[kept].Count;
        }

        return [.. _segments[..kept], LiveSegment.Of(members, policy)];
    }

    /// <summary>A segment and how many of its capabilities are no longer registered.</summary>
    private readonly record struct LiveSegment(CapSegment Segment, int Removed)
    {
        public int Count => Segment.Count - Removed;

        public static LiveSegment Of(IEnumerable<CapSetRegistration> members, SelectionPolicy policy)
        {
            var segment = new CapSegment(members);
            _ = segment.IndexFor(policy);
            return new LiveSegment(segment, Removed: 0);
        }
    }
}
