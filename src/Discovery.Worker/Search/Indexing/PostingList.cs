namespace Capns.Discovery.Worker.Search.Indexing;

/// <summary>Walks over the tools in which a term stands, in ascending order.</summary>
/// <remarks>
/// For each the distance from the one before, seven bits to a byte, the lowest first, the eighth bit set on all but the last
/// byte; then a byte of weight.
/// </remarks>
internal ref struct PostingList(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _at;

    /// <summary>Number of the tool in its segment.</summary>
    public int Document { get; private set; } = -1;

    /// <summary>How much the term says about the tool, see <see cref="Weights.Quantize"/>.</summary>
    public byte Weight { get; private set; }

    public bool MoveNext()
    {
        if (_at == _data.Length)
        {
            return false;
        }

        var (distance, shift) = (0, 0);
        byte part;
        do
        {
            part = _data[_at++];
            distance |= (part & 0x7F) << shift;
            shift += 7;
        }
        while (part >= 0x80);

        Document += distance;
        Weight = _data[_at++];
        return true;
    }

    /// <summary>Appends a list.</summary>
    public static void Write(List<(int Document, byte Weight)> postings, List<byte> data)
    {
        var last = -1;
        foreach (var (document, weight) in postings)
        {
            var distance = document - last;
            for (; distance >= 0x80; distance >>= 7)
            {
                data.Add((byte)(distance | 0x80));
            }

            data.Add((byte)distance);
            data.Add(weight);
            last = document;
        }
    }
}
