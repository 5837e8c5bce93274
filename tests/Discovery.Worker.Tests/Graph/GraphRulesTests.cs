using System.Diagnostics.Metrics;
using System.Globalization;
using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Graph.Falkor;
using Capns.Discovery.Worker.Graph.Projection;
using Capns.Discovery.Worker.Graph.Reading;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Capns.Discovery.Worker.Tests.Graph.GraphExample;

namespace Capns.Discovery.Worker.Tests.Graph;

/// <summary>What is pure of the graph.</summary>
public sealed class GraphRulesTests
{
    [Theory]
    [InlineData(0, 8)]
    [InlineData(30, 4)]
    [InlineData(60, 2)]
    [InlineData(15, 5.656854249492381)]
    [InlineData(-3, 8)]
    public void Decay_AfterDays_IsHalfEachThirty(double days, double left) =>
        Assert.Equal(left, Decay.Of(8, Now - TimeSpan.FromDays(days), Now), 12);

    [Fact]
    public void Decay_OfWhatWasNeverUsed_IsNone() => Assert.Equal(8, Decay.Of(8, null, Now));

    [Fact]
    public void Related_IsStrongestFirstWithDecayedUse()
    {
        ToolRelation[] neighbours =
        [
            Requires(1, 2), Similar(1, 3, 0.6), UsedWith(1, 4, 3, 0.9) with { LastUsed = Now - TimeSpan.FromDays(30) }, Enhances(5, 1, 0.3), Requires(7, 8),
        ];

        var all = RelationLists.Related(neighbours, Id(1), [], 0, 10, Now);
        Assert.Equal([(Id(2), 1), (Id(3), 0.6), (Id(4), 0.45), (Id(5), 0.3)], all.Select(one => (one.ToolId, one.Strength)));
        Assert.Equal([Id(3)], RelationLists.Related(neighbours, Id(1), [RelationType.SimilarTo, RelationType.UsedWith], 0.46, 10, Now).Select(one => one.ToolId));
        Assert.Equal([Id(2)], RelationLists.Related(neighbours, Id(1), [], 0, 1, Now).Select(one => one.ToolId));
        Assert.Equal([Id(3)], RelationLists.Similar(neighbours, Id(1), 0.6, 10, Now).Select(one => one.ToolId));
        Assert.Empty(RelationLists.Similar(neighbours, Id(1), 0.61, 10, Now));
    }

    [Fact]
    public void UsedWith_IsByDecayedFrequencyThenAssoc()
    {
        ToolRelation[] neighbours =
        [
            UsedWith(1, 2, 10, 0.1) with { LastUsed = Now - TimeSpan.FromDays(60) }, UsedWith(1, 3, 3, 0.1), UsedWith(1, 4, 3, 0.2), Similar(1, 5, 1),
        ];
        Assert.Equal([Id(4), Id(3), Id(2)], RelationLists.UsedWith(neighbours, Id(1), 10, Now).Select(one => one.ToolId));
    }

    [Fact]
    public void Components_OfAnyGraph_AreThePairsThatReachEachOtherInOrder() => Prop.ForAll(
        Gen.Choose(1, 8).Two().ListOf().ToArbitrary(),
        pairs =>
        {
            int[] nodes = [1, 2, 3, 4, 5, 6, 7, 8];
            var reach = nodes.ToDictionary(node => node, node => new HashSet<int> { node });
            foreach (var _ in nodes)
            {
                foreach (var (from, to) in pairs)
                {
                    reach[from].UnionWith(reach[to]);
                }
            }

            var sets = StrongComponents.Of(nodes.Select(Id), pairs.ToLookup(pair => Id(pair.Item1), pair => Id(pair.Item2)));

            Assert.Equal(nodes.Select(Id), sets.SelectMany(set => set).Order());
            var place = sets.SelectMany((set, at) => set.Select(id => (id, at))).ToDictionary(pair => pair.id, pair => pair.at);
            foreach (var one in nodes)
            {
                foreach (var other in nodes)
                {
                    Assert.Equal(reach[one].Contains(other) && reach[other].Contains(one), place[Id(one)] == place[Id(other)]);
                    Assert.True(!reach[one].Contains(other) || place[Id(other)] <= place[Id(one)]);
                }
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Number_OfAnySize_ReadsBackAsTheSame() => Prop.ForAll(
        Gen.Choose(int.MinValue, int.MaxValue).Two().Select(pair => pair.Item1 / (1.0 + Math.Abs((double)pair.Item2))).ToArbitrary(),
        number =>
        {
            var kept = GraphNumber.Of(number);
            Assert.Equal(kept, GraphNumber.Of(kept));
            Assert.Equal(kept, double.Parse(GraphNumber.Text(kept), CultureInfo.InvariantCulture));
            // As FalkorDB writes it.
            Assert.Equal(kept, GraphNumber.Of(double.Parse(kept.ToString("G15", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)));
            Assert.Equal(number, kept, 9);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Number_NotFinite_IsRefused(double number) => Assert.Throws<ArgumentOutOfRangeException>(() => GraphNumber.Of(number));

    [Fact]
    public void Query_WithEveryKindOfValue_IsWrittenAsLiterals() => Assert.Equal(
        """CYPHER a='it\'s \\ "x"' b=[1,0.000000000001,true,null,{c_1:'d'}] RETURN $a""",
        FalkorLiterals.Query(new CypherStatement(
            "RETURN $a",
            new GraphRow { ["a"] = "it's \\ \"x\"", ["b"] = new object?[] { 1L, 1e-12, true, null, new GraphRow { ["c_1"] = "d" } } })));

    [Theory]
    [InlineData("")]
    [InlineData("1a")]
    [InlineData("a b")]
    [InlineData("a=1 b")]
    [InlineData("é")]
    public void Query_NameThatIsNone_IsRefused(string name)
    {
        Assert.Throws<ArgumentException>(() => FalkorLiterals.Query(new CypherStatement("", new GraphRow { [name] = 1 })));
        Assert.Throws<ArgumentException>(() => FalkorLiterals.Query(new CypherStatement("", new GraphRow { ["a"] = new GraphRow { [name] = 1 } })));
    }

    [Fact]
    public void Query_TextWithNul_IsRefused() =>
        Assert.Throws<ArgumentException>(() => FalkorLiterals.Query(new CypherStatement("", new GraphRow { ["a"] = "x\0y" })));

    [Fact]
    public void Compare_OfDumps_CountsLines()
    {
        var difference = GraphCheck.Compare(["a", "b", "b"], ["b", "c", "c"]);
        Assert.Equal(["a", "b"], difference.Missing);
        Assert.Equal(["c", "c"], difference.Surplus);
        Assert.True(GraphCheck.Compare(["a"], ["a"]).IsNone);
    }

    [Fact]
    public void Types_AreReadAndWrittenByTheirWords()
    {
        Assert.All(RelationTypes.All, type => Assert.Equal(type, RelationTypes.Parse(type.Word())));
        Assert.True(RelationTypes.TryParse("DEPENDS_ON", out var type) && type == RelationType.Requires);
        Assert.False(RelationTypes.TryParse("requires", out _));
    }

    [Fact]
    public void Status_OfAGraphThatIsWishedAnew_IsBehindUntilItIsAsFarAsTheTruth()
    {
        var status = new GraphStatus();
        status.Truth(epoch: 5, projected: 5, now: 10);
        Assert.Null(status.BehindSince);

        status.Truth(epoch: 5, projected: long.MaxValue, now: 20);
        status.Truth(epoch: 6, projected: 0, now: 30);
        Assert.Equal(20, status.BehindSince);

        status.Truth(epoch: 6, projected: 6, now: 40);
        Assert.Null(status.BehindSince);
    }

    [Theory]
    [InlineData(true, 7)]
    [InlineData(false, 9)]
    public void EpochGauge_WhileTheServerAnswersOrNot_IsThatOfTheStoreThatAnswers(bool answers, long epoch)
    {
        var status = new GraphStatus();
        status.Truth(epoch: 9, projected: 7, now: 1);
        status.Answered(ready: true, epoch: 7);
        if (!answers)
        {
            status.LetDown();
        }

        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var settings = new GraphSettings { Falkor = new FalkorAddress("h", 1, null, "g", Tls: false, TimeSpan.FromSeconds(1)) };
        _ = new GraphMeter(services.GetRequiredService<IMeterFactory>(), status, settings, TimeProvider.System);
        var measured = new List<long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) =>
        {
            // Other tests have meters of the same name.
            if (instrument.Name == "capability_registry_graph_epoch" && instrument.Meter.Scope == services.GetRequiredService<IMeterFactory>())
            {
                to.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => measured.Add(value));
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.Equal([epoch], measured);
    }
}
