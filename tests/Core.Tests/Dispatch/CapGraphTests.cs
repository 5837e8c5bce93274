using Capns.Core.Dispatch;

namespace Capns.Core.Tests.Dispatch;

/// <summary>Types of data as nodes, capabilities as edges (CapNs spec 11.6).</summary>
public sealed class CapGraphTests
{
    private const string Pdf = "media:pdf;bytes";
    private const string Text = "media:txt;textable";
    private const string Summary = "media:summary;textable";

    private readonly CapGraph _graph = Build(
        $"cap:in=media:bytes;op=ocr;out=\"{Text}\"",
        $"cap:in=\"{Pdf}\";op=extract;out=\"{Text}\"",
        $"cap:in=media:textable;op=summarize;out=\"{Summary}\"",
        "cap:in=*;op=count;out=media:count",
        $"cap:in=\"{Summary}\";op=speak;out=\"media:audio;bytes\"");

    [Fact]
    public void GetOutgoing_DataThatConformsToTheInput_IsTaken()
    {
        Assert.Equal(["ocr", "extract", "count"], Operations(_graph.GetOutgoing(Pdf)));
        Assert.Equal(["summarize", "count"], Operations(_graph.GetOutgoing(Text)));
        Assert.Equal(["count"], Operations(_graph.GetOutgoing("*")));
        Assert.Empty(_graph.GetOutgoing("nonsense"));
    }

    [Fact]
    public void GetIncoming_OutputThatConformsToTheWish_IsGiven()
    {
        Assert.Equal(["ocr", "extract", "summarize"], Operations(_graph.GetIncoming("media:textable")));
        Assert.Equal(["speak"], Operations(_graph.GetIncoming("media:audio")));
        Assert.Equal(5, _graph.GetIncoming("*").Count);
        Assert.Empty(_graph.GetIncoming("nonsense"));
    }

    [Fact]
    public void GetDirectEdges_SeveralLead_TheMostSpecificIsFirst()
    {
        Assert.Equal(["extract", "ocr"], Operations(_graph.GetDirectEdges(Pdf, Text)));
        Assert.True(_graph.HasDirectEdge(Pdf, Text));
        Assert.False(_graph.HasDirectEdge(Pdf, Summary));
    }

    [Fact]
    public void FindPath_OverSeveralSteps_IsAShortest()
    {
        Assert.Equal(["ocr", "summarize", "speak"], Operations(_graph.FindPath(Pdf, "media:audio")!));
        Assert.Empty(_graph.FindPath("nonsense", "nonsense")!);
        Assert.Null(_graph.FindPath(Summary, Pdf));
        Assert.True(_graph.CanConvert(Pdf, "media:audio"));
        Assert.False(_graph.CanConvert("media:audio", Text));
    }

    [Fact]
    public void FindAllPaths_EachEndsAtTheFirstHit_ShortestFirst()
    {
        var paths = _graph.FindAllPaths(Pdf, "media:textable", 5).Select(path => string.Join('>', Operations(path)));

        Assert.Equal(["ocr", "extract"], paths);
        Assert.Equal(
            ["ocr>summarize>speak", "extract>summarize>speak"],
            _graph.FindAllPaths(Pdf, "media:audio", 3).Select(path => string.Join('>', Operations(path))));
        Assert.Empty(_graph.FindAllPaths(Pdf, "media:audio", 2));
        Assert.Empty(_graph.FindAllPaths(Pdf, Text, 0));
        Assert.Empty(Assert.Single(_graph.FindAllPaths(Pdf, Pdf, 0)));
    }

    [Fact]
    public void FindBestPath_OfAllPaths_HasTheGreatestSum()
    {
        Assert.Equal(["extract", "summarize", "speak"], Operations(_graph.FindBestPath(Pdf, "media:audio", 5)!));
        Assert.Null(_graph.FindBestPath(Summary, Pdf, 5));
        Assert.Empty(_graph.FindBestPath(Pdf, Pdf, 5)!);
    }

    [Fact]
    public void FindAllPaths_Cycle_ComesByNoNodeTwice()
    {
        var graph = Build("cap:in=media:a;op=ab;out=media:b", "cap:in=media:b;op=ba;out=media:a", "cap:in=media:b;op=bc;out=media:c");

        Assert.Equal(["ab>bc"], graph.FindAllPaths("media:a", "media:c", 100).Select(path => string.Join('>', Operations(path))));
        Assert.Null(graph.FindPath("media:a", "media:d"));
    }

    [Fact]
    public void FindPath_LongChain_IsFoundWithoutRecursion()
    {
        var graph = Build([.. Enumerable.Range(0, 2_000).Select(at => $"cap:in=media:n{at};op=s{at};out=media:n{at + 1}")]);

        Assert.Equal(2_000, graph.FindPath("media:n0", "media:n2000")!.Count);
        Assert.Equal(2_000, Assert.Single(graph.FindAllPaths("media:n0", "media:n2000", 2_000)).Count);
    }

    [Fact]
    public void Stats_OfABlock_CountEveryCapOfEveryRegistry()
    {
        var one = Example.Matrix(("a", ["cap:in=media:a;op=x;out=media:b"]));
        var two = Example.Matrix(("b", ["cap:in=media:b;op=y;out=*", "cap:in=*;out=*"]));
        var block = Example.Block(("one", one), ("two", two));

        var graph = block.Graph();

        Assert.Equal(new CapGraphStats(NodeCount: 3, EdgeCount: 3, InputSpecCount: 3, OutputSpecCount: 2), graph.Stats);
        Assert.Equal(graph.Edges.Select(edge => edge.From), graph.InputSpecs);
        Assert.Equal(graph.Edges.Select(edge => edge.To).Distinct(), graph.OutputSpecs);
        Assert.Equal(["media:a", "media:b", "*"], graph.Nodes);
        Assert.Equal(["one", "two", "two"], graph.Edges.Select(edge => edge.RegistryName));
        Assert.Equal(graph.Edges, CapGraph.BuildFromRegistries([new("one", one), new("two", two)]).Edges);
    }

    private static CapGraph Build(params string[] caps)
    {
        var graph = new CapGraph();
        foreach (var cap in caps)
        {
            graph.AddCap(Example.Cap(cap), "only");
        }

        return graph;
    }

    private static IEnumerable<string?> Operations(IEnumerable<CapGraphEdge> edges) => edges.Select(edge => edge.Cap.Urn.GetTag("op"));
}
