using System.Globalization;
using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Graph.Falkor;
using Capns.Discovery.Worker.Tests.Graph;
using Capns.Testing;
using Npgsql;
using Xunit;
using Xunit.Abstractions;

namespace Capns.Integration.Tests;

/// <summary>Discovery under load while a store is away: every question is answered, nothing learned is lost, and in the end all stores say the same.</summary>
public sealed class DiscoveryOutageTests(DiscoveryOutageTests.Servers servers, ITestOutputHelper output) : IClassFixture<DiscoveryOutageTests.Servers>
{
    private const string Best = "word-frequency";

    /// <summary>How long a server stays away. <c>CAPNS_TEST_OUTAGE_SECONDS</c>, default 3.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("CAPNS_TEST_OUTAGE_SECONDS"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 3);

    [GraphTheory]
    [InlineData("graph", true, false)]
    [InlineData("redis", false, false)]
    [InlineData("postgresql", true, true)]
    public Task Store_StoppedAndStartedUnderLoad_EveryQuestionIsAnsweredAndNothingLearnedIsLost(string server, bool recommend, bool search) =>
        LoseAsync(server, servers.Own.HaltAsync, servers.Own.StartAsync, recommend, search);

    [GraphTheory]
    [InlineData("graph", true, false)]
    [InlineData("redis", false, false)]
    [InlineData("postgresql", true, true)]
    public Task Store_SilentForAWhileUnderLoad_EveryQuestionIsAnsweredAndNothingLearnedIsLost(string server, bool recommend, bool search) =>
        LoseAsync(server, servers.Own.FreezeAsync, servers.Own.ThawAsync, recommend, search);

    /// <summary>Takes a server away and gives it back.</summary>
    /// <param name="server">As the servers are named.</param>
    /// <param name="take">Returns when it does not answer any more.</param>
    /// <param name="give">Returns when it does again, or soon will.</param>
    /// <param name="recommend">Whether recommendations are degraded meanwhile.</param>
    /// <param name="search">Whether searches are.</param>
    private async Task LoseAsync(string server, Func<string, Task> take, Func<string, Task> give, bool recommend, bool search)
    {
        await using var service = await DiscoveryService.ConnectAsync(servers.Broker);
        await using var load = new DiscoveryLoad(service, [Best, "text-statistics", "csv-to-json", "pdf-text", "slow-count"]);
        await AnswersAsync(load, 0, recommend: false, search: false);

        await take(server);
        var away = load.Asked;
        try
        {
            await AnswersAsync(load, away, recommend, search);
            using (var over = new CancellationTokenSource(Outage))
            {
                await Eventually.TrueAsync(() => over.IsCancellationRequested, "the outage to be over", Outage * 2);
            }

            // All of them, before the server is back.
            await AllAnsweredAsync(load, load.Asked);
        }
        finally
        {
            await give(server);
        }

        var back = load.Asked;
        await AnswersAsync(load, back, recommend: false, search: false);
        await Eventually.TrueAsync(() => load.Asked > back + 50, "more load");
        await load.StopAsync();
        await AllAnsweredAsync(load, load.Asked);

        output.WriteLine($"{server}: {Figures(load, 0, away, "before")}; {Figures(load, away, back, "away")}; {Figures(load, back, load.Asked, "back")}; {load.Taught} taught");
        Assert.Empty(load.Answers.Where(answer => !answer.Has(Best)).Select(answer => answer.ToString()).Distinct().Take(5));
        await servers.ConvergedAsync(load);
    }

    /// <summary>Waits until the newest answers of both modes, to questions after one, are degraded or not.</summary>
    private async Task AnswersAsync(DiscoveryLoad load, int after, bool recommend, bool search)
    {
        try
        {
            await Eventually.TrueAsync(
                () => load.Last("recommend", after)?.Degraded == recommend && load.Last("search", after)?.Degraded == search,
                $"answers (recommend {(recommend ? "" : "not ")}degraded, search {(search ? "" : "not ")}degraded)", TimeSpan.FromSeconds(30));
        }
        catch (TimeoutException late)
        {
            throw new InvalidOperationException($"{load.Last("recommend", after)}, {load.Last("search", after)}\n{servers.Logs}", late);
        }
    }

    private async Task AllAnsweredAsync(DiscoveryLoad load, int upTo)
    {
        try
        {
            await Eventually.TrueAsync(() => load.Open(upTo).Count == 0, "every question to be answered");
        }
        catch (TimeoutException late)
        {
            throw new InvalidOperationException($"Without answer: {string.Join(", ", load.Open(upTo).Take(10))}\n{servers.Logs}", late);
        }
    }

    private static string Figures(DiscoveryLoad load, int after, int upTo, string name)
    {
        var took = load.Answers.Where(answer => answer.Number > after && answer.Number <= upTo).Select(answer => answer.Took.TotalMilliseconds).Order().ToList();
        return took.Count == 0
            ? $"{name}: no questions"
            : string.Create(CultureInfo.InvariantCulture, $"{name}: {took.Count} answers, half within {took[took.Count / 2]:0} ms, the longest took {took[^1]:0} ms");
    }

    /// <summary>A registry and discovery, on a database, a Redis and a graph server of their own.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        private readonly List<WorkerProcess> _workers = [];
        private readonly string _logs = Directory.CreateTempSubdirectory("capns-discovery-outage-").FullName;
        private NpgsqlDataSource? _database;

        public OwnServers Own { get; private set; } = null!;

        internal TestBroker Broker { get; private set; } = null!;

        /// <summary>The end of each worker's log.</summary>
        public string Logs => string.Join('\n', _workers.Select(worker => $"{worker.Name}:\n{worker.Log[^Math.Min(worker.Log.Length, 8000)..]}"));

        public async Task InitializeAsync()
        {
            if ((ServerUrls.Missing ?? ServerUrls.GraphMissing) is not null && !ServerUrls.Required)
            {
                return;
            }

            Broker = await TestBroker.CreateAsync();
            Own = await OwnServers.StartOnlyAsync("postgresql", "redis", "graph");
            var tools = Path.Combine(Checkout.Root, "infra", "examples", "tools");
            var environment = new Dictionary<string, string>(Own.Environment.Concat(Platform.Secrets), StringComparer.Ordinal)
            {
                ["RABBITMQ_URL"] = Broker.Url.ToString(),
                ["TOOL_DEFINITIONS"] = tools,
                ["TOOL_FILES"] = tools,
                ["RATE_LIMIT_MAX"] = "1000000",
            };
            foreach (var kind in new[] { "Registry", "Discovery" })
            {
                var worker = WorkerProcess.Create(Checkout.Root, Checkout.Configuration, kind, 1, _logs, environment);
                _workers.Add(worker);
                worker.Start();
            }

            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await Task.WhenAll(_workers.Select(worker => worker.ReadyAsync(limit.Token)));
            var url = new Uri(Own.Environment["POSTGRESQL_URL"]);
            var login = url.UserInfo.Split(':');
            _database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
            {
                Host = url.Host,
                Port = url.Port,
                Username = login[0],
                Password = login[1],
                Database = url.AbsolutePath.Trim('/'),
                // Those of before a restart are of no use.
                Pooling = false,
            }.ConnectionString);
        }

        public async Task DisposeAsync()
        {
            foreach (var worker in _workers)
            {
                await worker.DisposeAsync();
            }

            if (_database is not null)
            {
                await _database.DisposeAsync();
            }

            if (Own is not null)
            {
                await Own.DisposeAsync();
                await Broker.DisposeAsync();
            }

            Directory.Delete(_logs, recursive: true);
        }

        /// <summary>Waits until all feedback is learned, once, and the graph server holds what PostgreSQL says.</summary>
        internal async Task ConvergedAsync(DiscoveryLoad load)
        {
            var learned = "";
            await Eventually.TrueAsync(
                async () => (learned = await CountAsync($"SELECT count(*) FROM discovery.learning_events WHERE event_id LIKE '{load.Run}-%'")) == $"{load.Taught}",
                $"{load.Taught} events to be learned from", TimeSpan.FromSeconds(60));
            Assert.Equal(learned, await CountAsync($"SELECT count(*) FROM discovery.learning_applied WHERE key LIKE '%{load.Run}-%'"));
            Assert.Equal(learned, await CountAsync($"SELECT sum(frequency) FROM discovery.agent_tool_usage WHERE agent_id LIKE '{load.Run}-%'"));

            var graph = new Uri(Own.Environment["FALKORDB_URL"]);
            await using var executor = new FalkorCypher(
                new FalkorAddress(graph.Host, graph.Port, graph.UserInfo.Split(':')[1], graph.AbsolutePath.Trim('/'), Tls: false, TimeSpan.FromSeconds(5)));
            var (truth, store) = (new PostgresToolGraph(_database!), new CypherToolGraph(executor));
            await Eventually.PassesAsync(
                async () =>
                {
                    var said = await truth.DumpAsync(CancellationToken.None);
                    var difference = GraphCheck.Compare(said, await store.DumpAsync(CancellationToken.None));
                    Assert.NotEmpty(said);
                    Assert.Equal([], difference.Missing);
                    Assert.Equal([], difference.Surplus);
                },
                TimeSpan.FromSeconds(30));
        }

        private async Task<string> CountAsync(string sql)
        {
            await using var command = _database!.CreateCommand(sql);
            return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture)!;
        }
    }
}
