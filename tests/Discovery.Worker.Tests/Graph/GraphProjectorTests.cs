using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Graph.Projection;
using Capns.Testing;
using Npgsql;
using Xunit;
using static Capns.Discovery.Worker.Tests.Graph.GraphExample;

namespace Capns.Discovery.Worker.Tests.Graph;

/// <summary>A graph server holds what the truth says, whatever happens on the way.</summary>
[Collection(Bolt.Neo4jServer.Name)]
public sealed class GraphProjectorTests
{
    [GraphTheory]
    [Stores]
    public async Task Dump_OfASmallGraph_IsAsWrittenByHand(string store)
    {
        await using var test = await TestGraph.CreateAsync(store);
        await test.Catalogue.PutAsync(Example.Tool("pdf") with
        {
            Id = Id(1),
            Name = "PDF",
            Tags = ["b", "a"],
            Capabilities = ["read", "write"],
            RegisteredAt = Now,
        });
        await test.Catalogue.Database.ExecuteAsync($"INSERT INTO discovery.tool_sessions VALUES ('{Id(1)}', 4)");
        await test.Write()
            .Relate(Requires(1, 2, "^1.0.0")).Relate(Similar(1, 3, 0.42), """{"b": 1, "a": "x"}""")
            .Use("agent", Use(1, 3, 0.125)).Suggest(Suggestion("contracts", 1, 0.7, "pdf", "law")).CommitAsync();
        await test.UpdateAsync();

        const string One = "\"00000001-0000-4000-8000-000000000000\"";
        const string Two = "\"00000002-0000-4000-8000-000000000000\"";
        const string Three = "\"00000003-0000-4000-8000-000000000000\"";
        const string At = "1772442900123";
        Assert.Equal(
            [
                $"Agent \"agent\" USES Tool {One} {{avg_execution_time: 1000.0, context_patterns: [\"contracts\"], ewma: 0.125, frequency: 3, last_used: {At}, success_count: 1.5, success_rate: 0.5, total_execution_time: 3000}}",
                "Agent {id: \"agent\"}",
                "Capability {name: \"read\"}",
                "Capability {name: \"write\"}",
                $"Context \"contracts\" SUGGESTS Tool {One} {{keywords: [\"pdf\", \"law\"], n: 3, priority: 0, s: 2.5, strength: 0.7, updated_at: {At}}}",
                "Context {keywords: [\"law\", \"pdf\"], pattern: \"contracts\"}",
                $"Tool {One} PROVIDES Capability \"read\" {{}}",
                $"Tool {One} PROVIDES Capability \"write\" {{}}",
                $"Tool {One} REQUIRES Tool {Two} {{frequency: 0, source: \"definition\", strength: 1.0, updated_at: {At}, version_range: \"^1.0.0\"}}",
                $"Tool {One} SIMILAR_TO Tool {Three} {{frequency: 0, metadata: \"{{\\\"a\\\": \\\"x\\\", \\\"b\\\": 1}}\", score: 0.42, source: \"auto\", strength: 0.42, updated_at: {At}}}",
                $"Tool {{capabilities: [\"read\", \"write\"], category: \"analysis\", created_at: {At}, enabled: true, id: {One}, name: \"PDF\", security_level: \"safe\", session_count: 4, tags: [\"b\", \"a\"], updated_at: {At}, version: \"1.0.0\"}}",
                $"Tool {{id: {Two}, missing: true}}",
                $"Tool {{id: {Three}, missing: true}}",
            ],
            await test.Graph.DumpAsync(CancellationToken.None));
    }

    [GraphTheory]
    [Stores]
    public async Task Project_AfterChangesOfEveryKind_LeavesNothingBehind(string store)
    {
        await using var test = await TestGraph.CreateAsync(store);
        await test.Catalogue.PutAsync(Example.Tool("one") with { Id = Id(1), Capabilities = ["a", "b"] }, Example.Tool("two") with { Id = Id(2), Capabilities = ["b"] });
        await test.Write().Mark("tool", Id(2).ToString()).Relate(Requires(1, 9)).Relate(Requires(1, 2)).Relate(Similar(1, 2, 0.5))
            .Use("x", Use(1, 1, 1)).Use("x", Use(8, 1, 1)).Use("y", Use(7, 1, 1)).Suggest(Suggestion("p", 6, 0.5, "k")).Suggest(Suggestion("q", 1, 0.5)).CommitAsync();
        await test.UpdateAsync();
        // A decreasing set of everything, another name, an unreferred tool, an agent and a context that are gone.
        await test.Catalogue.PutAsync(Example.Tool("one") with { Id = Id(1), Name = "another", Capabilities = ["b"] });
        await test.Catalogue.Database.ExecuteAsync($"DELETE FROM tool_versions WHERE tool_id = '{Id(2)}'; DELETE FROM tools WHERE id = '{Id(2)}'");
        await test.Write().Unrelate(Id(1), RelationType.Requires, Id(9)).Unrelate(Id(1), RelationType.SimilarTo, Id(2)).Forget("y").Unsuggest("p")
            .Mark("tool", Id(2).ToString()).CommitAsync();
        await test.UpdateAsync();

        await test.AssertSameAsync();
        var dump = await test.Graph.DumpAsync(CancellationToken.None);
        Assert.DoesNotContain(dump, line => line.Contains("\"a\"", StringComparison.Ordinal) || line.Contains(Id(9).ToString(), StringComparison.Ordinal));
        Assert.Contains($"Tool {{id: \"{Id(2)}\", missing: true}}", dump);
        if (test.Executor is not null)
        {
            Assert.Equal(0, await test.Catalogue.Database.ScalarAsync<long>("SELECT count(*) FROM discovery.graph_dirty"));
        }
    }

    [GraphTheory]
    [Stores]
    public async Task Project_ARandomGraph_GivesTheSameDumpAndReadsAsTheTruth(string store)
    {
        await using var test = await TestGraph.CreateAsync(store);
        var random = new Random(4711);
        for (var round = 0; round < 4; round++)
        {
            await GraphRandom.ChangeAsync(test, random, changes: 150);
            await test.UpdateAsync();
            await test.AssertSameAsync();
        }

        Guid[] seeds = [.. Enumerable.Range(1, GraphRandom.Tools).Select(Id)];
        Assert.Equal(await test.Truth.NeighboursAsync(seeds, default), await test.Graph.NeighboursAsync(seeds, default));
        foreach (var seed in seeds)
        {
            Assert.Equivalent(await test.Truth.DependenciesAsync(seed, false, default), await test.Graph.DependenciesAsync(seed, false, default), strict: true);
            Assert.Equivalent(await test.Truth.DependenciesAsync(seed, true, default), await test.Graph.DependenciesAsync(seed, true, default), strict: true);
        }

        foreach (var agent in GraphRandom.Agents)
        {
            Assert.Equivalent(await test.Truth.UsesAsync(agent, default), await test.Graph.UsesAsync(agent, default), strict: true);
        }

        Assert.Equivalent(
            await test.Truth.SuggestionsAsync(["topic 1"], GraphRandom.Words, default), await test.Graph.SuggestionsAsync(["topic 1"], GraphRandom.Words, default), strict: true);
    }

    [GraphTheory]
    [Stores]
    public async Task Rebuild_AfterAHistory_GivesTheIdenticalDump(string store)
    {
        await using var test = await TestGraph.CreateAsync(store);
        await GraphRandom.ChangeAsync(test, new Random(1), changes: 300);
        await test.UpdateAsync();
        var before = await test.Graph.DumpAsync(CancellationToken.None);
        // Everything again, without a rebuild.
        await test.Write().Mark("tool", Id(1).ToString()).Mark("agent", GraphRandom.Agents[0]).CommitAsync();
        await test.UpdateAsync();
        Assert.Equal(before, await test.Graph.DumpAsync(CancellationToken.None));

        if (test.Executor is not null)
        {
            // Cut short where the graph is empty, nobody is answered from it.
            await new GraphTruth(test.Catalogue.Source).WishRebuildAsync(CancellationToken.None);
            var epoch = await test.Truth.EpochAsync(CancellationToken.None);
            await using var failing = new FailingExecutor(test.Executor, writes: 7);
            await Assert.ThrowsAsync<GraphAwayException>(() => test.Projector(failing).ProjectAsync(CancellationToken.None));
            Assert.Equal(-1, await test.Graph.EpochAsync(CancellationToken.None));
            await test.UpdateAsync();

            // An epoch of its own: what was read meanwhile, and kept, is not found again.
            Assert.True(await test.Graph.EpochAsync(CancellationToken.None) > epoch);
        }

        Assert.NotEmpty(before);
        Assert.Equal(before, await test.Graph.DumpAsync(CancellationToken.None));
    }

    [GraphFact]
    public async Task Project_AfterAWishToRebuild_MakesTheGraphAnewOnce()
    {
        await using var test = await TestGraph.CreateAsync("falkordb");
        await GraphRandom.ChangeAsync(test, new Random(3), changes: 50);
        await test.UpdateAsync();
        var before = await test.Graph.DumpAsync(CancellationToken.None);
        // What nobody knows of but the server.
        await test.Executor!.WriteAsync([new CypherStatement("CREATE (:Tool {id: 'stray'})", new Dictionary<string, object?>())], CancellationToken.None);

        await new GraphTruth(test.Catalogue.Source).WishRebuildAsync(CancellationToken.None);
        await test.UpdateAsync();

        Assert.Equal(before, await test.Graph.DumpAsync(CancellationToken.None));
        var rebuiltAt = await test.Catalogue.Database.ScalarAsync<DateTime>("SELECT rebuilt_at FROM discovery.graph_state");
        await test.UpdateAsync();
        Assert.Equal(rebuiltAt, await test.Catalogue.Database.ScalarAsync<DateTime>("SELECT rebuilt_at FROM discovery.graph_state"));
    }

    [GraphFact]
    public async Task Project_TheServerHasLostEverything_FillsItAgain()
    {
        await using var test = await TestGraph.CreateAsync("falkordb");
        await GraphRandom.ChangeAsync(test, new Random(2), changes: 100);
        await test.UpdateAsync();
        var before = await test.Graph.DumpAsync(CancellationToken.None);

        await test.LoseAsync();
        Assert.Equal(-1, await test.Graph.EpochAsync(CancellationToken.None));
        await test.UpdateAsync();

        Assert.Equal(before, await test.Graph.DumpAsync(CancellationToken.None));
    }

    [GraphFact]
    public async Task Project_TheServerHasAnOlderCopy_FillsItAgain()
    {
        await using var test = await TestGraph.CreateAsync("falkordb");
        await test.Write().Relate(Requires(1, 2)).CommitAsync();
        await test.UpdateAsync();
        await test.Write().Relate(Requires(1, 3)).CommitAsync();
        await test.UpdateAsync();
        // As after a restart from what was saved before the second change.
        await test.Executor!.WriteAsync([new CypherStatement("MATCH (m:Projection) SET m.epoch = 1", new GraphRow())], default);
        await test.Executor!.WriteAsync([new CypherStatement("MATCH (:Tool)-[r:REQUIRES]->(o:Tool {id: $id}) DELETE r, o", new GraphRow { ["id"] = Id(3).ToString() })], default);

        await test.UpdateAsync();

        await test.AssertSameAsync();
        Assert.Equal(await test.Truth.EpochAsync(CancellationToken.None), await test.Graph.EpochAsync(CancellationToken.None));
    }

    [GraphFact]
    public async Task Project_CutShortAfterAnyStatement_IsCompletedByTheNext()
    {
        await using var test = await TestGraph.CreateAsync("falkordb");
        var cut = 0;
        for (var writes = 0; writes < 30; writes += 2)
        {
            await GraphRandom.ChangeAsync(test, new Random(writes), changes: 30);
            await using var failing = new FailingExecutor(test.Executor!, writes);
            cut += await Record.ExceptionAsync(() => test.Projector(failing).ProjectAsync(CancellationToken.None)) is GraphAwayException ? 1 : 0;
        }

        Assert.True(cut >= 8, $"Only {cut} of 15 were cut short.");
        await test.UpdateAsync();

        await test.AssertSameAsync();
    }

    [GraphFact]
    public async Task Project_TwoAtOnceWithoutTheLock_EndWithTheTruth()
    {
        await using var test = await TestGraph.CreateAsync("falkordb");
        await GraphRandom.ChangeAsync(test, new Random(5), changes: 50);
        await test.UpdateAsync();
        await test.Write().Relate(Enhances(1, 2, 0.25)).CommitAsync();
        await using var slow = new SlowExecutor(test.Executor!);

        // The first has read a state, and loses its lock with its connection before it writes it.
        var first = test.Projector(slow).ProjectAsync(CancellationToken.None);
        await slow.BeforeTools;
        await test.Catalogue.Database.CloseConnectionsAsync();
        test.Catalogue.Source.Clear();
        await test.Write().Relate(Enhances(1, 2, 0.75)).CommitAsync();
        await test.UpdateAsync();
        slow.GoOn();

        await Assert.ThrowsAsync<GraphAwayException>(() => first);
        await test.AssertSameAsync();
        Assert.Contains(Enhances(1, 2, 0.75), await test.Graph.NeighboursAsync([Id(1)], CancellationToken.None));
    }

    [GraphFact]
    public async Task Project_WhileAnotherIsAtIt_DoesNothing()
    {
        await using var test = await TestGraph.CreateAsync("falkordb");
        await test.Write().Relate(Requires(1, 2)).CommitAsync();
        await using var slow = new SlowExecutor(test.Executor!);
        var first = test.Projector(slow).ProjectAsync(CancellationToken.None);
        await slow.BeforeTools;

        Assert.False(await test.Projector().ProjectAsync(CancellationToken.None));

        slow.GoOn();
        Assert.True(await first);
        await test.AssertSameAsync();
    }

    [GraphFact]
    public async Task Project_AMarkRenewedMeanwhile_Stays()
    {
        await using var test = await TestGraph.CreateAsync("falkordb");
        await test.Write().Relate(Requires(1, 2)).CommitAsync();
        var truth = new GraphTruth(test.Catalogue.Source);
        var batch = await truth.BatchAsync(10, CancellationToken.None);
        await test.Write().Relate(Requires(1, 3)).CommitAsync();

        await DoneAsync(test, batch);

        Assert.Equal(2, await test.Catalogue.Database.ScalarAsync<long>("SELECT epoch FROM discovery.graph_dirty"));
        Assert.Equal(new TruthState(2, 1), await truth.StateAsync(CancellationToken.None));
    }

    [GraphFact]
    public async Task Done_WhileAWriterRenewsItsMark_WaitsForTheWriter()
    {
        await using var test = await TestGraph.CreateAsync("postgresql");
        await test.Write().Relate(Requires(1, 2)).CommitAsync();
        var batch = await new GraphTruth(test.Catalogue.Source).BatchAsync(10, CancellationToken.None);
        await using var writer = await test.Catalogue.Source.OpenConnectionAsync();
        await using var transaction = await writer.BeginTransactionAsync();
        await ExecuteAsync(writer, "UPDATE discovery.graph_state SET epoch = epoch + 1");

        var done = DoneAsync(test, batch);
        await Eventually.TrueAsync(
            async () => await test.Catalogue.Database.ScalarAsync<bool>(
                "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"),
            "the projector to wait");
        // In the order of every writer: first the state, then its marks. Had the projector locked the mark, both would wait for ever.
        await ExecuteAsync(writer, "UPDATE discovery.graph_dirty SET epoch = 2");
        await transaction.CommitAsync();
        await done;

        Assert.Equal(2, await test.Catalogue.Database.ScalarAsync<long>("SELECT epoch FROM discovery.graph_dirty"));
    }

    [GraphFact]
    public async Task Project_LosesItsLockBeforeTheMarksGo_LeavesThem()
    {
        await using var test = await TestGraph.CreateAsync("falkordb");
        await test.Write().Relate(Requires(1, 2)).CommitAsync();
        await test.UpdateAsync();
        await test.Write().Relate(Requires(1, 3)).CommitAsync();
        var last = new HookedExecutor(test.Executor!, GraphTexts.Reached, async () =>
        {
            // As when the server restarts: the lock is another's to take, while this one thinks it has it.
            await test.Catalogue.Database.CloseConnectionsAsync();
            test.Catalogue.Source.Clear();
        });

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => test.Projector(last).ProjectAsync(CancellationToken.None));

        Assert.Equal(1, await test.Catalogue.Database.ScalarAsync<long>("SELECT count(*) FROM discovery.graph_dirty"));
        await test.UpdateAsync();
        await test.AssertSameAsync();
        Assert.Equal(0, await test.Catalogue.Database.ScalarAsync<long>("SELECT count(*) FROM discovery.graph_dirty"));
    }

    [GraphFact]
    public async Task Project_FiveThousandTools_AreThereInTheEnd()
    {
        await using var test = await TestGraph.CreateAsync("falkordb");
        await test.Catalogue.PutAsync(Enumerable.Range(1, 5000).Select(at =>
            Example.Tool($"tool-{at}") with { Id = Id(at), Capabilities = [$"word {at % 700}"], Tags = ["t"] }));
        var write = test.Write();
        for (var at = 1; at <= 5000; at++)
        {
            write.Mark("tool", Id(at).ToString()).Relate(Requires(at, 1 + (at * 7 % 5000))).Relate(UsedWith(at, 5001 + (at % 50), at, 0.5));
        }

        await write.CommitAsync();
        await test.UpdateAsync();

        await test.AssertSameAsync();
        Assert.Equal(GraphLimits.RelationsPerSeed, 100 + (await test.Graph.NeighboursAsync([Id(5001)], default)).Count);
    }

    private static async Task DoneAsync(TestGraph test, GraphBatch batch)
    {
        await using var connection = await test.Catalogue.Source.OpenConnectionAsync();
        await GraphTruth.DoneAsync(connection, batch, CancellationToken.None);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
