using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Capns.Testing;
using StackExchange.Redis;
using Xunit;

namespace Capns.Integration.Tests;

/// <summary>What agents do and say changes what they are told next, once (platform spec 7.3).</summary>
public sealed partial class DiscoveryLearningTests
{
    private const string Text = "the cat and the dog and the bird";

    /// <summary>Of all feedback: what is repeated must be the same.</summary>
    private static readonly DateTimeOffset Said = TimeProvider.System.GetUtcNow();

    [ServersFact]
    public async Task RunsOfAnAgent_AndFeedback_ChangeItsRecommendationsAndItIsTold()
    {
        await using var redis = await OwnRedis.StartAsync();
        await using var platform = await Platform.StartAsync(redis: redis.Url, discovery: true);
        await using var service = await platform.ConnectAsync();
        await using var discovery = await DiscoveryService.ConnectAsync(platform.Broker);
        var completed = await platform.Broker.ListenAsync("events", "tool.execution.completed");
        var (agentId, other) = ($"agent-{Guid.NewGuid():N}", $"other-{Guid.NewGuid():N}");
        var before = Names(await discovery.AskAsync(new { agentId, limit = 5 }));
        await KnownAsync(redis, agentId);

        await RunAsync(service, "word-frequency", new { text = Text }, agentId);
        await RunAsync(service, "text-statistics", new { text = Text }, agentId);

        var told = await discovery.ToldAsync(data => Of(data, agentId) && data.GetProperty("trigger").GetString() == "learning");
        Assert.NotEqual(before, Names(told));
        await Eventually.TrueAsync(
            async () => Names(await discovery.AskAsync(new { agentId, mode = "used-with", toolId = "word-frequency" })) is ["text-statistics"], "the relation");
        var pair = (await discovery.AskAsync(new { agentId, mode = "used-with", toolId = "text-statistics" })).GetProperty("recommendations")[0].GetProperty("relationships")[0];
        Assert.Equal(("USED_WITH", 1), (pair.GetProperty("type").GetString(), Math.Round(pair.GetProperty("strength").GetDouble(), 3)));

        // Who uses the one is recommended the other, for that reason.
        var companion = (await discovery.AskAsync(new { agentId = other, currentToolIds = new[] { "word-frequency" }, limit = 1 })).GetProperty("recommendations")[0];
        Assert.Equal(("text-statistics", 1), (companion.GetProperty("name").GetString(), Math.Round(companion.GetProperty("components").GetProperty("assoc").GetDouble(), 3)));

        await TeachByBusAndHttpAsync(platform, discovery, agentId);
        await RepeatsChangeNothingAsync(platform, discovery, completed, agentId);
        await CatalogueIsToldAsync(platform, redis, discovery, other);
    }

    [ServersFact]
    public async Task Discovery_KilledWhileItLearns_HasLearnedEverythingOnceInTheEnd()
    {
        const int Sessions = 60;
        string[] slugs = ["word-frequency", "text-statistics", "csv-to-json", "pdf-text"];
        await using var platform = await Platform.StartAsync(runners: 0, discovery: true);
        await using var discovery = await DiscoveryService.ConnectAsync(platform.Broker);
        var tools = await Task.WhenAll(slugs.Select(slug => platform.Database.ScalarAsync<string>($"SELECT id::text FROM tools WHERE slug = '{slug}'")));
        var (runs, feedbacks, corrected) = (0, 0, 0);
        for (var session = 0; session < Sessions; session++)
        {
            foreach (var tool in tools)
            {
                var execution = Guid.CreateVersion7();
                await discovery.RanAsync(execution, tool!, $"agent-{session % 5}", $"session-{session}");
                runs++;
                if (runs % 3 == 0)
                {
                    // Half of it is about that run.
                    var about = feedbacks % 2 == 0 ? execution : (Guid?)null;
                    await discovery.TeachAsync(Feedback($"kill-{feedbacks}", tool!, $"agent-{session % 5}", about));
                    feedbacks++;
                    corrected += about is null ? 0 : 1;
                }
            }
        }

        string Told() => string.Join('\n', platform.Discovery.Log.Split('\n').Where(line => line.Contains("\"warn\"", StringComparison.Ordinal) || line.Contains("\"error\"", StringComparison.Ordinal)).TakeLast(10));
        Task<long> Applied() => platform.Database.ScalarAsync<long>("SELECT count(*) FROM discovery.learning_applied");
        foreach (var some in new[] { 20, 120 })
        {
            await Eventually.TrueAsync(async () => await Applied() >= some, $"{some} messages to be learned from: {Told()}", TimeSpan.FromSeconds(30));
            await platform.Discovery.KillAsync();
            var reached = await Applied();
            Assert.True(reached < runs + feedbacks, $"{reached} of {runs + feedbacks} were learned from before the kill.");
            platform.Discovery.Start();
        }

        await Eventually.TrueAsync(async () => await Applied() == runs + feedbacks, "everything to be learned from", TimeSpan.FromSeconds(30));
        // A correction takes the place of a run's 1; what is not about a run is a use of its own.
        var (uses, successes) = (runs + feedbacks - corrected, runs - corrected + (0.25m * feedbacks));
        foreach (var (sql, expected) in new (string, decimal)[]
        {
            ("sum(n) FROM discovery.tool_quality", uses),
            ("sum(s) FROM discovery.tool_quality", successes),
            ("sum(frequency) FROM discovery.agent_tool_usage", uses),
            ("sum(success_sum) FROM discovery.agent_tool_usage", successes),
            ("sum(uses) FROM discovery.tool_days", uses),
            ("sum(runs) FROM discovery.tool_durations", runs),
            ("sum(session_count) FROM discovery.tool_sessions", Sessions * tools.Length),
            ("sum(frequency) FROM discovery.graph_relations WHERE type = 'USED_WITH'", Sessions * tools.Length * (tools.Length - 1) / 2),
            ("min(assoc) FROM discovery.graph_relations WHERE type = 'USED_WITH'", 1),
            ("sum(n) FROM discovery.context_suggestions", feedbacks),
            ("count(*) FROM discovery.learning_events", feedbacks),
            ("count(*) FROM discovery.learning_corrections", 0),
        })
        {
            Assert.Equal((sql, expected), (sql, await platform.Database.ScalarAsync<decimal>($"SELECT ({sql.Replace(" FROM", ")::numeric FROM", StringComparison.Ordinal)}")));
        }

        Assert.Equal(0, (await platform.Broker.QueueAsync("capns.discovery.learning.dead"))?.Messages ?? 0);
    }

    /// <summary>Feedback by both doors is learned from.</summary>
    private static async Task TeachByBusAndHttpAsync(Platform platform, DiscoveryService discovery, string agentId)
    {
        await discovery.TeachAsync(Feedback("by-bus", "slow-count", agentId, null));
        using var http = Platform.Administrator();
        using var given = await http.PostAsJsonAsync(
            new Uri(platform.Registry.Address, "/api/v1/learning"),
            new { eventId = "by-http", toolId = "slow-count", outcome = "success", context = new { topic = "slow things", keywords = new[] { "counting" } }, timestamp = TimeProvider.System.GetUtcNow() });
        Assert.True(given.IsSuccessStatusCode, await given.Content.ReadAsStringAsync());
        await Eventually.TrueAsync(
            async () => await platform.Database.ScalarAsync<long>("SELECT count(*) FROM discovery.learning_events WHERE event_id IN ('by-bus', 'by-http')") == 2, "both to be learned from");

        // In a like situation it is found by what was said.
        await Eventually.TrueAsync(
            async () => Names(await discovery.AskAsync(new { agentId = "somebody", context = new { topic = "slow things" }, limit = 1 })) is ["slow-count"], "the suggestion");
    }

    /// <summary>The same events again leave all tables as they are.</summary>
    private static async Task RepeatsChangeNothingAsync(Platform platform, DiscoveryService discovery, string completed, string agentId)
    {
        var ended = (await platform.Broker.TakeAsync(completed)).Body.ToArray();
        var before = await DumpAsync(platform);
        var repeated = await RepeatedAsync(platform);

        await discovery.AgainAsync("tool.execution.completed", ended);
        await discovery.TeachAsync(Feedback("by-bus", "slow-count", agentId, null));
        await discovery.AgainAsync("tool.execution.completed", ended);

        await Eventually.TrueAsync(async () => await RepeatedAsync(platform) == repeated + 3, "three repeats to be known as such");
        Assert.Equal(before, await DumpAsync(platform));
    }

    /// <summary>A tool that is switched off leaves the recommendations of who asked, and who asked is told.</summary>
    private static async Task CatalogueIsToldAsync(Platform platform, OwnRedis redis, DiscoveryService discovery, string agentId)
    {
        var first = Names(await discovery.AskAsync(new { agentId, limit = 5 }))[0];
        await KnownAsync(redis, agentId);

        await platform.Database.ExecuteAsync($"UPDATE tools SET is_enabled = false WHERE slug = '{first}'");

        var told = await discovery.ToldAsync(data => Of(data, agentId) && data.GetProperty("trigger").GetString() != "discovery");
        Assert.Equal("catalog", told.GetProperty("trigger").GetString());
        Assert.DoesNotContain(first, Names(told));
    }

    private static object Feedback(string eventId, string toolId, string agentId, Guid? executionId) => new
    {
        eventId,
        toolId,
        agentId,
        executionId,
        outcome = "partial",
        effectiveness = 0.25,
        context = new { topic = "texts", keywords = new[] { "words" } },
        timestamp = Said,
    };

    private static async Task RunAsync(TestService service, string tool, object parameters, string agentId)
    {
        var ended = await service.FinalAsync(await service.RequestAsync(tool, parameters, new { agentId, discussionId = $"discussion of {agentId}" }));
        Assert.Equal("tool.execution.completed", ended.GetProperty("type").GetString());
    }

    /// <summary>Returns when the worker has noted what an agent that asked is recommended.</summary>
    private static async Task KnownAsync(OwnRedis redis, string agentId)
    {
        using var connection = await ConnectionMultiplexer.ConnectAsync($"{redis.Url.Host}:{redis.Url.Port}");
        await Eventually.TrueAsync(
            async () => ((string?)await connection.GetDatabase().StringGetAsync($"recommend:agent:{agentId}"))?.Contains("\"top\"", StringComparison.Ordinal) == true, "the agent to be known");
    }

    private static bool Of(JsonElement data, string agentId) => data.TryGetProperty("agentId", out var agent) && agent.GetString() == agentId;

    private static List<string> Names(JsonElement answer) => [.. answer.GetProperty("recommendations").EnumerateArray().Select(tool => tool.GetProperty("name").GetString()!)];

    /// <summary>Every row of schema discovery, when everything is copied to the graph.</summary>
    private static async Task<string> DumpAsync(Platform platform)
    {
        await Eventually.TrueAsync(
            () => platform.Database.ScalarAsync<bool>("SELECT NOT EXISTS (SELECT 1 FROM discovery.graph_dirty) OR projected_epoch = 0 FROM discovery.graph_state"), "the graph to be up to date");
        var tables = await platform.Database.ScalarAsync<string[]>("SELECT array_agg(table_name::text ORDER BY table_name) FROM information_schema.tables WHERE table_schema = 'discovery'");
        var rows = new List<string>();
        foreach (var table in tables!)
        {
            rows.Add($"{table}: {await platform.Database.ScalarAsync<string>($"SELECT string_agg(t::text, chr(10) ORDER BY t::text) FROM discovery.{table} t")}");
        }

        return string.Join('\n', rows);
    }

    /// <summary>How many messages the worker has known as repeats.</summary>
    private static async Task<long> RepeatedAsync(Platform platform)
    {
        using var http = Platform.Administrator();
        var metrics = await http.GetStringAsync(new Uri(platform.Discovery.Address, "/metrics"));
        return RepeatedLine().Matches(metrics).Sum(line => long.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"learning_events_total\{[^}]*outcome=""repeated""[^}]*\} (\d+)")]
    private static partial Regex RepeatedLine();
}
