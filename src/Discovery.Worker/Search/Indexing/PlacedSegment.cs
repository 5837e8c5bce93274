namespace Capns.Discovery.Worker.Search.Indexing;

/// <summary>A segment as one index sees it.</summary>
/// <param name="Segment">Shared with other indexes.</param>
/// <param name="Places">Where each of its tools stands in the snapshot; -1: it is gone, or stands in another segment now.</param>
/// <param name="Living">How many are not gone.</param>
internal sealed record PlacedSegment(Segment Segment, int[] Places, int Living)
{
    /// <summary>In how many living tools a term stands.</summary>
    public int CountOf(int term)
    {
        if (Living == Segment.Count)
        {
            return Segment.Terms.CountOf(term);
        }

        var count = 0;
        var postings = Segment.Terms.PostingsOf(term);
        while (postings.MoveNext())
        {
            count += Places[postings.Document] >= 0 ? 1 : 0;
        }

        return count;
    }
}
