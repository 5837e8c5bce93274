using System.Diagnostics;
using Capns.Discovery.Worker.Learning;
using Capns.Discovery.Worker.Learning.Rules;
using Capns.Hosting.Postgres;
using Capns.Testing;
using Npgsql;
using Xunit;
using Xunit.Abstractions;

namespace Capns.Discovery.Worker.Tests.Learning;

/// <summary>5,000 runs: told again they change nothing; cut off and told again they end the same.</summary>
public sealed class ReplayTests(ITestOutputHelper output)
{
    private const int Runs = 5000;

    [ServersFact]
    public async Task History_ToldAgainInAnyOrder_ChangesNothing()
    {
        await using var data = await LearningData.CreateAsync();
        await using var source = Prepared(data);
        var store = new LearningStore(source, data.Time);
        var events = History.Make(Runs);
        var started = Stopwatch.GetTimestamp();
        foreach (var one in events)
        {
            Assert.Equal(LearningResult.Applied, await ApplyAsync(store, one, CancellationToken.None));
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        output.WriteLine($"{events.Count} events in {seconds:0.0} s: {events.Count / seconds:0} a second");
        var dump = await data.DumpAsync();

        var again = events.ToArray();
        new Random(7).Shuffle(again);
        started = Stopwatch.GetTimestamp();
        foreach (var one in again)
        {
            Assert.Equal(LearningResult.Repeated, await ApplyAsync(store, one, CancellationToken.None));
        }

        output.WriteLine($"told again: {events.Count / Stopwatch.GetElapsedTime(started).TotalSeconds:0} a second");
        Assert.Equal(dump, await data.DumpAsync());
        await LookAsync(data);
    }

    [ServersFact]
    public async Task History_CutOffAnywhereAndToldAgain_EndsTheSame()
    {
        var events = History.Make(600);
        await using var whole = await LearningData.CreateAsync();
        foreach (var one in events)
        {
            await ApplyAsync(whole.Store, one, CancellationToken.None);
        }

        await using var cut = await LearningData.CreateAsync();
        var random = new Random(11);
        var failures = 0;
        foreach (var one in events)
        {
            while (true)
            {
                // Somewhere between the first statement and the commit, or not at all.
                using var killed = random.Next(3) == 0 ? new CancellationTokenSource() : null;
                var learning = ApplyAsync(cut.Store, one, killed?.Token ?? CancellationToken.None);
                for (var spin = random.Next(2000); killed is not null && spin > 0; spin--)
                {
                    await Task.Yield();
                }

                killed?.Cancel();
                try
                {
                    await learning;
                    break;
                }
                catch (OperationCanceledException)
                {
                    failures++;
                }
            }
        }

        Assert.True(failures > 0, "nothing was cut off");
        output.WriteLine($"{failures} of {events.Count} were cut off");
        Assert.Equal(await whole.DumpAsync(), await cut.DumpAsync());
    }

    [ServersFact]
    public async Task History_WhileTheServerCutsConnections_EndsTheSame()
    {
        var events = History.Make(200);
        await using var whole = await LearningData.CreateAsync();
        await using var cut = await LearningData.CreateAsync();
        var failures = 0;
        for (var at = 0; at < events.Count; at++)
        {
            await ApplyAsync(whole.Store, events[at], CancellationToken.None);
            var killing = at % 10 == 5 ? cut.Database.CloseConnectionsAsync() : Task.CompletedTask;
            for (var done = false; !done;)
            {
                try
                {
                    await ApplyAsync(cut.Store, events[at], CancellationToken.None);
                    done = true;
                }
                catch (Exception exception) when (DatabaseOutage.Is(exception))
                {
                    failures++;
                }
            }

            await killing;
        }

        Assert.True(failures > 0, "no connection was cut");
        cut.Source.Clear();
        Assert.Equal(await whole.DumpAsync(), await cut.DumpAsync());
    }

    private static async Task LookAsync(LearningData data)
    {
        // What fails is known to fail, and groups hold together: no pair across two groups.
        var quality = await data.Database.ScalarAsync<decimal>($"SELECT (s + 2) / (n + 4) FROM discovery.tool_quality WHERE tool_id = '{History.Tool(0)}'");
        var other = await data.Database.ScalarAsync<decimal>($"SELECT (s + 2) / (n + 4) FROM discovery.tool_quality WHERE tool_id = '{History.Tool(1)}'");
        Assert.True(quality + 0.2m < other, $"{quality} and {other}");
        Assert.Equal(
            0L,
            await data.Database.ScalarAsync<long>(
                "SELECT count(*) FROM discovery.graph_relations WHERE type = 'USED_WITH' AND ('x' || right(from_id::text, 12))::bit(48)::bigint / 8 <> ('x' || right(to_id::text, 12))::bit(48)::bigint / 8"));
        Assert.Equal(0L, await data.Database.ScalarAsync<long>("SELECT count(*) FROM discovery.learning_corrections"));

        // assoc as the formula says it, of every pair, from what is counted.
        Assert.Equal(
            0L,
            await data.Database.ScalarAsync<long>(
                """
                SELECT count(*) FROM discovery.graph_relations r
                JOIN discovery.tool_sessions a ON a.tool_id = r.from_id JOIN discovery.tool_sessions b ON b.tool_id = r.to_id
                WHERE r.type = 'USED_WITH' AND abs(r.assoc - least(1, r.frequency / sqrt(a.session_count::numeric * b.session_count))) > 0.0000000001
                """));
    }

    private static Task<LearningResult> ApplyAsync(LearningStore store, object one, CancellationToken cancellationToken) =>
        one is Observation run ? store.ApplyAsync(run, cancellationToken) : store.ApplyAsync((Feedback)one, cancellationToken);

    private static NpgsqlDataSource Prepared(LearningData data) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(data.Database.ConnectionString) { MaxAutoPrepare = 100, AutoPrepareMinUsages = 2 }.ConnectionString);
}
