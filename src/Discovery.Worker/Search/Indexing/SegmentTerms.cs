using System.Numerics;
using Capns.Discovery.Worker.Search.Text;

namespace Capns.Discovery.Worker.Search.Indexing;

/// <summary>The terms of a segment in ordinal order, and in which tools each stands with which weight. Immutable.</summary>
/// <remarks>
/// A term takes its letters and 20 bytes; a posting about 2: the distance from the tool before and the weight. Similar terms
/// are found by looking at all: the letters of each as a set of 64 bits rule out nearly every one.
/// </remarks>
internal sealed class SegmentTerms
{
    private readonly string _letters;
    private readonly int[] _starts;
    private readonly ulong[] _sets;
    private readonly int[] _postings;
    private readonly int[] _counts;
    private readonly byte[] _data;

    /// <param name="terms">In ordinal order; each with the tools in ascending order.</param>
    public SegmentTerms(IReadOnlyList<(string Term, List<(int Document, byte Weight)> Postings)> terms)
    {
        _letters = string.Concat(terms.Select(term => term.Term));
        (_starts, _postings) = (new int[terms.Count + 1], new int[terms.Count + 1]);
        (_sets, _counts) = (new ulong[terms.Count], new int[terms.Count]);
        var data = new List<byte>();
        for (var at = 0; at < terms.Count; at++)
        {
            var (term, postings) = terms[at];
            _starts[at + 1] = _starts[at] + term.Length;
            _sets[at] = LetterSet.Of(term);
            _counts[at] = postings.Count;
            PostingList.Write(postings, data);
            _postings[at + 1] = data.Count;
        }

        _data = [.. data];
    }

    public int Count => _counts.Length;

    /// <summary>The letters of a term.</summary>
    public ReadOnlySpan<char> this[int term] => _letters.AsSpan(_starts[term], _starts[term + 1] - _starts[term]);

    /// <summary>In how many tools it stands, also such as are gone.</summary>
    public int CountOf(int term) => _counts[term];

    public PostingList PostingsOf(int term) => new(_data.AsSpan(_postings[term].._postings[term + 1]));

    /// <summary>The place of a term; below 0 when it is not there: then the complement of where it would be.</summary>
    public int Find(ReadOnlySpan<char> term)
    {
        var (low, high) = (0, Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = this[middle].SequenceCompareTo(term);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }

    /// <summary>The terms that begin so and are longer, in order.</summary>
    /// <param name="beginning">Not empty.</param>
    /// <param name="longest">Characters of a term.</param>
    /// <param name="found">Takes each.</param>
    public void FindBeginning(string beginning, int longest, Action<string> found)
    {
        var at = Find(beginning);
        for (at = at < 0 ? ~at : at + 1; at < Count && this[at].StartsWith(beginning); at++)
        {
            if (this[at].Length <= longest)
            {
                found(this[at].ToString());
            }
        }
    }

    /// <summary>The terms that differ by few typing errors, in order.</summary>
    /// <param name="term">What was typed.</param>
    /// <param name="most">Errors, 1 or 2.</param>
    /// <param name="found">Takes each and the number of errors, at least 1.</param>
    public void FindSimilar(string term, int most, Action<string, int> found)
    {
        var (set, sets) = (LetterSet.Of(term), _sets);
        for (var at = 0; at < sets.Length; at++)
        {
            // One error changes two letters of the set at most.
            if (BitOperations.PopCount(sets[at] ^ set) <= 2 * most
                && Math.Abs(_starts[at + 1] - _starts[at] - term.Length) <= most
                && TypingErrors.Count(term, this[at], most) is >= 1 and var errors)
            {
                found(this[at].ToString(), errors);
            }
        }
    }
}
