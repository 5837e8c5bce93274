using System.Diagnostics;
using System.Globalization;
using Capns.Bench.Api;
using Capns.Bench.Load;
using Capns.Bench.Workers;
using Capns.Contracts.Discovery;
using Capns.Discovery.Worker.Catalogue;
using Capns.Testing;
using Npgsql;

namespace Capns.Bench.Discovery;

/// <summary>All measurements of one run: for each size the same questions in process, over the bus, and to PostgreSQL.</summary>
internal sealed class DiscoveryRun(DiscoveryOptions options, Servers servers, string state)
{
    private const int InFlight = 16;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(Seed.ConnectionString(servers.Environment["POSTGRESQL_URL"]));
        await InProcess.MakeTablesAsync(options.Root, servers, state, cancellationToken);
        foreach (var size in options.Sizes)
        {
            var synthetic = new SyntheticTools(seed: 1);
            var tools = synthetic.Take(size).ToList();
            var words = Enumerable.Range(0, options.Questions).Select(at => synthetic.Query(1 + (at % 8), errors: at % 4 == 0)).ToList();
            await CatalogueFill.FillAsync(database, tools, cancellationToken);
            Console.WriteLine();
            Console.WriteLine($"{size} tools, {options.Questions} questions; milliseconds                    p50      p95      p99");
            await using (var inProcess = await InProcess.OpenAsync(servers, TimeProvider.System, cancellationToken))
            {
                Row("in process, the index alone", await Timed(words, text => Task.FromResult(inProcess.Find(text))));
                Row("in process, search", await Timed(words, text => inProcess.AskAsync(new ToolDiscoveryRequest { AgentId = "bench", Mode = "search", Query = text }, cancellationToken)));
                Row("in process, recommend by words", await Timed(words, text => inProcess.AskAsync(new ToolDiscoveryRequest { UserId = "bench", Query = text }, cancellationToken)));
                Row("in process, recommend with a tool in use", await Timed(words, text => inProcess.AskAsync(
                    new ToolDiscoveryRequest { AgentId = "bench", Query = text, CurrentToolIds = [tools[0].Slug] }, cancellationToken)));
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"index: {inProcess.BytesPerTool:F0} bytes a tool, built in {inProcess.BuildTime.TotalMilliseconds:F0} ms, one changed tool taken in in {inProcess.ChangeTime.TotalMilliseconds:F1} ms"));
            }

            Row("PostgreSQL full text (GIN, ts_rank), same words", await Timed(words, text => FullTextAsync(database, text, cancellationToken)));
            await OverTheBusAsync(database, words, tools, cancellationToken);
        }
    }

    private async Task OverTheBusAsync(
        NpgsqlDataSource database, List<string> words, List<CatalogueTool> tools, CancellationToken cancellationToken)
    {
        await using var discovery = Worker("Discovery", 2);
        discovery.Start();
        await discovery.ReadyAsync(cancellationToken);
        await SettledAsync(database, tools.Count, cancellationToken);
        await using var questions = await BusQuestions.OpenAsync(servers.Broker, cancellationToken);
        var search = words.Select(text => (object)new { agentId = "bench", mode = "search", query = text }).ToList();
        var recommend = words.Select((text, at) => (object)new { agentId = "bench", query = text, currentToolIds = new[] { tools[at % tools.Count].Slug } }).ToList();
        // The worker is just-in-time compiled: without this, the first row measures the compiler.
        await questions.MeasureAsync(search, InFlight, cancellationToken);
        await questions.MeasureAsync(recommend, InFlight, cancellationToken);
        Row("over RabbitMQ, search, one at a time", await questions.MeasureAsync(search, 1, cancellationToken));
        Row("over RabbitMQ, recommend with a tool in use, one at a time", await questions.MeasureAsync(recommend, 1, cancellationToken));
        var clock = Stopwatch.StartNew();
        var sample = await questions.MeasureAsync(search, InFlight, cancellationToken);
        Row($"over RabbitMQ, search, {InFlight} at a time", sample, string.Create(CultureInfo.InvariantCulture, $"{sample.Count / clock.Elapsed.TotalSeconds,7:F0}/s"));
    }

    /// <summary>A catalogue that is all new is compared with itself once, tool by tool; what is measured is a worker that has done so.</summary>
    private static async Task SettledAsync(NpgsqlDataSource database, int tools, CancellationToken cancellationToken)
    {
        await using var count = database.CreateCommand("SELECT count(*) FROM discovery.similar_tools s JOIN catalogue.tools t ON t.id = s.tool_id");
        while ((long)(await count.ExecuteScalarAsync(cancellationToken))! < tools)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
        }
    }

    private WorkerProcess Worker(string kind, int number)
    {
        var worker = WorkerProcess.Create(
            options.Root, "release", kind, number, state, new Dictionary<string, string>(servers.Environment, StringComparer.Ordinal) { ["LOG_LEVEL"] = "warn" });
        return worker;
    }

    private static async Task<object?> FullTextAsync(NpgsqlDataSource database, string words, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT id, name, ts_rank(words, query) AS rank FROM bench_search, websearch_to_tsquery('english', $1) AS query
            WHERE words @@ query ORDER BY rank DESC, name LIMIT 5
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = string.Join(" or ", words.Split(' ', StringSplitOptions.RemoveEmptyEntries)) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            _ = reader.GetGuid(0);
        }

        return null;
    }

    private static async Task<LatencySample> Timed<T>(IReadOnlyList<string> words, Func<string, Task<T>> ask)
    {
        foreach (var text in words)
        {
            await ask(text);
        }

        var sample = new LatencySample();
        foreach (var text in words)
        {
            var from = Stopwatch.GetTimestamp();
            await ask(text);
            sample.Add(from, Stopwatch.GetTimestamp());
        }

        return sample;
    }

    private static void Row(string name, LatencySample sample, string more = "") =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{name,-60} {sample.Quantile(0.5),8:F2} {sample.Quantile(0.95),8:F2} {sample.Quantile(0.99),8:F2}   {more}"));
}
