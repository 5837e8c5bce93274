using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Capns.Bench.Load;
using Capns.Bench.Workers;
using Capns.Testing;
using Npgsql;

namespace Capns.Bench.Api;

/// <summary>All measurements of one run, one after the other on the same servers and the same rows.</summary>
internal sealed class ApiRun(ApiOptions options, Servers servers, string state)
{
    private readonly Random _random = new(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var registry = WorkerProcess.Create(options.Root, "release", "Registry", 1, state, new Dictionary<string, string>(servers.Environment)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["RATE_LIMIT_MAX"] = "1000000",
            ["RATE_LIMIT_REGISTRATIONS"] = "1000000",
            ["LOG_LEVEL"] = "warn",
        });
        registry.Start();
        await registry.ReadyAsync(cancellationToken);
        await using var database = NpgsqlDataSource.Create(Seed.ConnectionString(servers.Environment["POSTGRESQL_URL"]));
        Console.WriteLine($"{options.Tools} tools and {options.Executions} executions are made …");
        await Seed.FillAsync(database, options.Tools, options.Executions, cancellationToken);
        await using var bare = await BareServer.StartAsync(database);
        using var client = Client(registry.Address);
        using var plain = new HttpClient { BaseAddress = bare.Address };
        Console.WriteLine();
        Console.WriteLine($"milliseconds, {options.Requests} requests, {options.InFlight} at one time                     p50      p95      p99");
        await MeasureAsync("bare ASP.NET + Npgsql: insert", () => PostAsync(plain, "/rows", Definition(Next())), cancellationToken);
        await MeasureAsync("bare ASP.NET + Npgsql: select 20 rows by key", () => plain.GetAsync(new Uri("/rows", UriKind.Relative), cancellationToken), cancellationToken);
        await MeasureAsync("POST /tools (registration)", () => PostAsync(client, "/api/v1/tools", Definition(Next())), cancellationToken);
        await MeasureAsync(
            "POST /executions (accepted, 202)",
            () => PostAsync(client, "/api/v1/executions", """{"toolId":"id-generator","parameters":{"count":1}}"""),
            cancellationToken);
        foreach (var (name, path) in Lists())
        {
            await MeasureAsync($"GET {name}", () => client.GetAsync(new Uri(path(), UriKind.Relative), cancellationToken), cancellationToken);
        }
    }

    private IEnumerable<(string Name, Func<string> Path)> Lists()
    {
        yield return ("/tools, first page", () => "/api/v1/tools");
        yield return ("/tools, any page of 20", () => $"/api/v1/tools?page={1 + Any(options.Tools / 20)}");
        yield return ("/tools, any page of 100, by date", () => $"/api/v1/tools?limit=100&sort=-createdAt&page={1 + Any(options.Tools / 100)}");
        yield return ("/tools by category", () => $"/api/v1/tools?category=category-{Any(50)}&page={1 + Any(10)}");
        yield return ("/tools by tag", () => $"/api/v1/tools?tags=tag-{Any(200)}");
        yield return ("/tools by text", () => $"/api/v1/tools?q=tool-{Any(options.Tools)}&sort=relevance");
        yield return ("/executions, first page", () => "/api/v1/executions");
        yield return ("/executions, any page of 20", () => $"/api/v1/executions?page={1 + Any(options.Executions / 20)}");
        yield return ("/executions by agent, any page", () => $"/api/v1/executions?agentId=agent-{Any(500)}&page={1 + Any(Math.Max(1, options.Executions / 500 / 20))}");
        yield return ("/executions by status and time", () => $"/api/v1/executions?status=failed&from={DateTimeOffset.UnixEpoch.AddDays(20_000 + Any(300)):yyyy-MM-dd}");
    }

    private async Task MeasureAsync(string name, Func<Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
    {
        var sample = new LatencySample();
        var failures = 0;

        // The first ones measure the compiler and fill caches.
        await Parallel.ForEachAsync(Enumerable.Range(0, 100 + options.Requests), new ParallelOptions { MaxDegreeOfParallelism = options.InFlight, CancellationToken = cancellationToken }, async (number, _) =>
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await send();
            await answer.Content.ReadAsByteArrayAsync(CancellationToken.None);
            if (number >= 100)
            {
                sample.Add(started, Stopwatch.GetTimestamp());
            }

            if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.Accepted))
            {
                Interlocked.Increment(ref failures);
            }
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-62} {sample}{(failures == 0 ? "" : $"   {failures} refused")}"));
    }

    private HttpClient Client(Uri address)
    {
        var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Add("X-API-Key", servers.Environment["CAPNS_ADMIN_KEY"]);
        return client;
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await client.PostAsync(new Uri(path, UriKind.Relative), content);
    }

    private static string Definition(int number) => """
        {"id":"bench-#","name":"bench-#","description":"Made by a measurement.","version":"1.0.0","category":"computation","tags":["bench"],
         "parameters":{"type":"object","properties":{"text":{"type":"string","maxLength":1000},"count":{"type":"integer","minimum":1,"default":1}},"required":["text"]},
         "returnType":{"type":"object","properties":{"value":{"type":"number"}}},"examples":[{"name":"one","input":{"text":"x"}}],
         "securityLevel":"safe","executor":{"type":"command","command":["/bin/true"]}}
        """.Replace("#", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private int _next;

    private int Next() => Interlocked.Increment(ref _next);

    private int Any(int below)
    {
        lock (_random)
        {
            return _random.Next(Math.Max(1, below));
        }
    }
}
