using Capns.Core.Urns;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Search.Capabilities;
using Capns.Discovery.Worker.Search.Indexing;
using Capns.Discovery.Worker.Search.Queries;

namespace Capns.Discovery.Worker.Search;

/// <summary>The tools of a snapshot, found by words and by capability. Immutable; readers take no lock.</summary>
/// <remarks>
/// Archived tools are not in it. It lies in segments, each larger than all behind it together, or nearly so: a change indexes
/// the changed tools and the small segments anew and shares the large ones. Whatever way it came about, an index answers like
/// one that was built at once.
/// </remarks>
internal sealed class ToolIndex
{
    private readonly PlacedSegment[] _segments;

    private ToolIndex(CatalogueSnapshot snapshot, PlacedSegment[] segments)
    {
        Snapshot = snapshot;
        _segments = segments;
        Count = segments.Sum(segment => segment.Living);
    }

    /// <summary>Before anything was read.</summary>
    public static ToolIndex Empty { get; } = new(CatalogueSnapshot.Empty, []);

    /// <summary>What is indexed.</summary>
    public CatalogueSnapshot Snapshot { get; }

    /// <summary>Tools that are not archived.</summary>
    public int Count { get; }

    internal ReadOnlySpan<PlacedSegment> Segments => _segments;

    /// <summary>Indexes everything; <c>bench/discovery</c> says how long that takes.</summary>
    public static ToolIndex Build(CatalogueSnapshot snapshot) => Empty.With(snapshot);

    /// <summary>The index of a later snapshot.</summary>
    /// <remarks>
    /// What has the same id and revision is taken for unchanged. Looks at each tool once and indexes those
    /// that have changed; each is indexed about log n times more as segments are put together.
    /// </remarks>
    public ToolIndex With(CatalogueSnapshot next)
    {
        var (moved, added) = Compare(Snapshot, next);
        var kept = new List<PlacedSegment>();
        foreach (var segment in _segments)
        {
            var places = Array.ConvertAll(segment.Places, place => place < 0 ? -1 : moved[place]);
            var living = places.Count(place => place >= 0);
            if (living * 2 < segment.Segment.Count)
            {
                added.AddRange(places.Where(place => place >= 0));
            }
            else
            {
                kept.Add(new PlacedSegment(segment.Segment, places, living));
            }
        }

        if (added.Count > 0)
        {
            Append(kept, added, next);
        }

        return new ToolIndex(next, [.. kept]);
    }

    /// <summary>Finds the tools whose words answer a query.</summary>
    /// <param name="words">Any text; at most <see cref="QueryReader.LongestQuery"/> characters of it are read.</param>
    /// <param name="filter">Says of a place in the snapshot's tools whether it may be found at all; asked only of what matches.</param>
    /// <returns>To be disposed of. Empty when the text has no words.</returns>
    public SearchHits Search(string words, Func<int, bool> filter)
    {
        var plan = QueryPlan.Of(words, this);
        return Scoring.Run(this, plan, filter);
    }

    /// <summary>Finds all tools that provide capabilities for a request.</summary>
    /// <inheritdoc cref="FindProviders(CapUrn, Func{int, bool})"/>
    public IReadOnlyDictionary<int, MatchedCap> FindProviders(CapUrn request) => FindProviders(request, static _ => true);

    /// <summary>Finds the tools that provide capabilities for a request, whether they are available or not.</summary>
    /// <param name="request">Directions and tags that are left out are not asked for.</param>
    /// <param name="among">Says of a place in the snapshot's tools whether it is of interest.</param>
    /// <returns>By place in the snapshot's tools: of each the capability that is chosen, the most specific, of those alike the first.</returns>
    public IReadOnlyDictionary<int, MatchedCap> FindProviders(CapUrn request, Func<int, bool> among)
    {
        var found = new Dictionary<int, MatchedCap>();
        foreach (var segment in _segments)
        {
            bool IsWanted(int document) => segment.Places[document] is >= 0 and var place && among(place);
            segment.Segment.Caps.Find(request, IsWanted, (document, position, urn) =>
            {
                var (place, match) = (segment.Places[document], new MatchedCap(urn, urn.Specificity, position));
                if (!found.TryGetValue(place, out var best) || match.IsBetterThan(best))
                {
                    found[place] = match;
                }
            });
        }

        return found;
    }

    /// <summary>In how many tools a term stands, and where it is in each segment; below 0 where it is not.</summary>
    internal (int Count, int[] Places) Resolve(string term)
    {
        var (count, places) = (0, new int[_segments.Length]);
        for (var at = 0; at < places.Length; at++)
        {
            places[at] = _segments[at].Segment.Terms.Find(term);
            count += places[at] < 0 ? 0 : _segments[at].CountOf(places[at]);
        }

        return (count, places);
    }

    /// <summary>Where each tool has moved to, -1 when it is gone or has changed; and where the new and changed ones are.</summary>
    private static (int[] Moved, List<int> Added) Compare(CatalogueSnapshot last, CatalogueSnapshot next)
    {
        var moved = new int[last.Tools.Count];
        Array.Fill(moved, -1);
        var added = new List<int>();
        for (var place = 0; place < next.Tools.Count; place++)
        {
            var tool = next.Tools[place];
            if (tool.Availability == ToolAvailability.Archived)
            {
                continue;
            }

            var before = place < moved.Length && last.Tools[place].Id == tool.Id ? place : last.PlaceOf(tool.Id);
            if (before >= 0 && last.Tools[before] is { Availability: not ToolAvailability.Archived } known && known.Revision == tool.Revision)
            {
                moved[before] = place;
            }
            else
            {
                added.Add(place);
            }
        }

        return (moved, added);
    }

    private static void Append(List<PlacedSegment> kept, List<int> added, CatalogueSnapshot next)
    {
        kept.Sort((left, right) => right.Living.CompareTo(left.Living));
        while (kept.Count > 0 && kept[^1].Living <= added.Count)
        {
            added.AddRange(kept[^1].Places.Where(place => place >= 0));
            kept.RemoveAt(kept.Count - 1);
        }

        added.Sort();
        kept.Add(new PlacedSegment(Segment.Build([.. added.Select(place => next.Tools[place])]), [.. added], added.Count));
    }
}
