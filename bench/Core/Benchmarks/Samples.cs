using Capns.Core.Caps;
using Capns.Core.Dispatch;
using Capns.Core.Urns;

namespace Capns.Core.Bench.Benchmarks;

/// <summary>What the measurements are made with.</summary>
internal static class Samples
{
    public const string Typical = "cap:in=\"media:pdf;bytes\";op=generate_thumbnail;out=\"media:image;png;bytes;thumbnail\"";

    private static readonly string[] Kinds = ["pdf", "epub", "png", "wav", "md", "html", "json", "csv", "mp4", "zip"];

    public static string Text(string kind) => kind == "many"
        ? Typical + ";" + string.Join(';', Enumerable.Range(0, 24).Select(i => $"tag-{i}=value-{i}"))
        : Typical;

    /// <summary>The same number of capabilities in all: each operation is there for ten kinds of data, so a request names one of count/10.</summary>
    public static CapUrn[] Caps(int count) =>
        [.. Enumerable.Range(0, count).Select(i => CapUrn.Parse(
            $"cap:in=\"media:bytes;{Kinds[i % 10]}\";op=operation-{i / 10};out=\"media:image;png\""))];

    /// <summary>A request with a selective tag, in the middle of <see cref="Caps"/>.</summary>
    public static CapUrn Request(int count) =>
        CapUrn.Parse($"cap:in=\"media:bytes;pdf;page=1\";op=operation-{count / 20};out=media:image");

    /// <summary>The same with every twentieth without an operation, so that each of these is a candidate for any, but for other data.</summary>
    public static CapUrn[] CapsWithWildcards(int count) =>
        [.. Caps(count).Select((cap, i) =>
            i % 20 == 19 ? CapUrn.Parse($"cap:in=\"media:bytes;kind-{i}\";out=\"media:image;png\"") : cap)];

    public static CapBlock Block(CapUrn[] caps)
    {
        var matrix = new CapMatrix();
        var set = DelegateCapSet.FromText((_, _) => "");
        matrix.RegisterCapSet("all", set, [.. caps.Select(urn => new Cap { Urn = urn, Title = "t", Command = "c" })]);
        var block = new CapBlock();
        block.AddRegistry("providers", matrix);
        return block;
    }
}
