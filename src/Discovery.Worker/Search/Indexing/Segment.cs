using Capns.Discovery.Worker.Catalogue;

namespace Capns.Discovery.Worker.Search.Indexing;

/// <summary>Some tools, indexed together: by words, by name and by capability. Immutable; knows the tools by number only.</summary>
internal sealed class Segment
{
    /// <summary>Names of a tool that a query may be equal to: name, slug, display name.</summary>
    private const int Names = 3;

    private readonly uint[] _names;

    private Segment(int count, SegmentTerms terms, uint[] names, SegmentCaps caps) => (Count, Terms, _names, Caps) = (count, terms, names, caps);

    /// <summary>Tools; they are numbered from 0.</summary>
    public int Count { get; }

    public SegmentTerms Terms { get; }

    public SegmentCaps Caps { get; }

    /// <summary>Indexes some tools.</summary>
    /// <param name="tools">Numbered in this order.</param>
    public static Segment Build(IReadOnlyList<CatalogueTool> tools)
    {
        var text = new ToolText(mostRemembered: 50_000);
        var terms = new Dictionary<string, List<(int, byte)>>(StringComparer.Ordinal);
        var names = new uint[tools.Count * Names];
        for (var document = 0; document < tools.Count; document++)
        {
            var tool = tools[document];
            foreach (var (term, weight) in text.WeightsOf(tool))
            {
                if (!terms.TryGetValue(term, out var postings))
                {
                    terms[term] = postings = [];
                }

                postings.Add((document, Weights.Quantize(weight)));
            }

            names[document * Names] = NameKey.HashOf(tool.Name);
            names[(document * Names) + 1] = NameKey.HashOf(tool.Slug);
            names[(document * Names) + 2] = NameKey.HashOf(tool.DisplayName);
        }

        var ordered = terms.Select(term => (term.Key, term.Value)).ToArray();
        Array.Sort(ordered, (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return new Segment(tools.Count, new SegmentTerms(ordered), names, SegmentCaps.Build(tools));
    }

    /// <summary>True when a name of the tool may be alike to one with this hash.</summary>
    public bool MayBeCalled(int document, uint hash) => _names.AsSpan(document * Names, Names).Contains(hash);
}
