using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Capns.Testing;
using Xunit;

namespace Capns.Integration.Tests;

/// <summary>The registry's paths of discovery, answered by a discovery worker (platform spec 4.3, 7.2).</summary>
public sealed class DiscoveryHttpTests(DiscoveryHttpTests.Live live) : IClassFixture<DiscoveryHttpTests.Live>
{
    [ServersFact]
    public async Task Questions_OverHttp_AreAnsweredByDiscovery()
    {
        var search = await GetAsync("tools/search?q=how+often+does+each+word+occur&limit=3&includeParameters=true");
        var first = search.GetProperty("recommendations")[0];
        Assert.Equal("word-frequency", first.GetProperty("name").GetString());
        Assert.Equal("object", first.GetProperty("parameters").GetProperty("type").GetString());
        Assert.False(search.GetProperty("degraded").GetBoolean());

        foreach (var path in new[] { "recommendations", "tools/recommendations" })
        {
            var answer = await GetAsync($"{path}?query=convert+csv+to+json&currentToolIds=pdf-text&limit=2");
            Assert.Equal(("recommend", "csv-to-json"), (answer.GetProperty("mode").GetString(), Names(answer, "recommendations")[0]));
        }

        using var asked = await live.Administrator.PostAsJsonAsync("discovery", new { capabilities = new[] { "csv" }, mode = "search" });
        Assert.Equal(["csv-to-json"], Names(await JsonAsync(asked), "recommendations"));
        using var wrong = await live.Administrator.PostAsJsonAsync("discovery", new { query = "csv", limit = 51 });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "INVALID_PARAMETERS"), (wrong.StatusCode, (await JsonAsync(wrong)).GetProperty("code").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(live.Administrator, "tools/no-such-tool/similar"));
    }

    [ServersFact]
    public async Task Relations_SetOverHttp_AreInTheListsUntilTheyAreRemoved()
    {
        await PutAsync("text-statistics", "word-frequency", "ENHANCES", 0.9);
        await PutAsync("text-statistics", "word-frequency", "SIMILAR_TO", 0.95);
        await PutAsync("csv-to-json", "pdf-text", "REQUIRES", 1);
        await PutAsync("pdf-text", "file-preview", "DEPENDS_ON", 1);

        await ListsAsync("tools/word-frequency/related?types=ENHANCES", "text-statistics");
        await ListsAsync("tools/word-frequency/similar?limit=1", "text-statistics");
        await ListsAsync("tools/csv-to-json/dependencies", "file-preview", "pdf-text");
        await ListsAsync("tools/file-preview/dependents", "pdf-text", "csv-to-json");
        using var circle = await live.Administrator.PostAsJsonAsync("tools/file-preview/relationships", new { toToolId = "csv-to-json", type = "REQUIRES" });
        Assert.Equal("DEPENDENCY_CYCLE", (await JsonAsync(circle)).GetProperty("code").GetString());

        foreach (var (from, type, to) in new[]
        {
            ("text-statistics", "ENHANCES", "word-frequency"), ("text-statistics", "SIMILAR_TO", "word-frequency"), ("csv-to-json", "REQUIRES", "pdf-text"), ("pdf-text", "DEPENDS_ON", "file-preview"),
        })
        {
            using var removed = await live.Administrator.DeleteAsync(new Uri($"tools/{from}/relationships/{type}/{to}", UriKind.Relative));
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        }

        await ListsAsync("tools/word-frequency/related?types=ENHANCES");
        await ListsAsync("tools/csv-to-json/dependencies");
    }

    [ServersFact]
    public async Task Feedback_GivenOverHttp_IsLearnedFromOnce()
    {
        var feedback = new
        {
            eventId = $"http-{Guid.CreateVersion7()}",
            toolId = "pdf-text",
            outcome = "success",
            companionToolIds = new[] { "slow-count" },
            sessionId = "feedback-over-http",
            timestamp = TimeProvider.System.GetUtcNow(),
        };
        for (var time = 0; time < 2; time++)
        {
            using var given = await live.Administrator.PostAsJsonAsync("learning", feedback);
            Assert.Equal(HttpStatusCode.Accepted, given.StatusCode);
        }

        await ListsAsync("tools/pdf-text/used-with", "slow-count");
        Assert.Equal(1, await live.Platform.Database.ScalarAsync<long>($"SELECT count(*) FROM discovery.learning_applied WHERE key LIKE '%{feedback.eventId}'"));
        using var other = await live.Administrator.PostAsJsonAsync("learning", new { feedback.eventId, toolId = "csv-to-json", outcome = "failure", feedback.timestamp });
        Assert.Equal((HttpStatusCode.Conflict, "DUPLICATE_EVENT"), (other.StatusCode, (await JsonAsync(other)).GetProperty("code").GetString()));
    }

    [ServersFact]
    public async Task Graph_MadeAnew_AnswersAsBefore()
    {
        await PutAsync("slow-count", "png-thumbnail", "ENHANCES", 0.8);
        await ListsAsync("tools/png-thumbnail/related?types=ENHANCES", "slow-count");
        foreach (var path in new[] { "graph/rebuild", "admin/rebuild-cache" })
        {
            var before = TimeProvider.System.GetUtcNow();
            using var started = await live.Administrator.PostAsync(new Uri(path, UriKind.Relative), null);
            Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
            Assert.NotEqual(Guid.Empty, (await JsonAsync(started)).GetProperty("jobId").GetGuid());
            if (live.Platform.Graph is not null)
            {
                // Filled again: emptied by the statement that notes the time, and as far as the truth since.
                await Eventually.TrueAsync(
                    () => live.Platform.Database.ScalarAsync<bool>($"SELECT rebuilt_at > '{before:O}' AND projected_epoch = epoch FROM discovery.graph_state"), "the graph to be made");
            }
        }

        await ListsAsync("tools/png-thumbnail/related?types=ENHANCES", "slow-count");
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(live.User, "graph/rebuild", HttpMethod.Post));
    }

    [ServersFact]
    public async Task Tool_ThatTheCallerMayNotRun_IsNotInAnyAnswer()
    {
        foreach (var level in new[] { "restricted", "dangerous" })
        {
            using var registered = await live.Administrator.PostAsJsonAsync("tools", new
            {
                id = $"volcano-{level}",
                name = $"volcano-{level}",
                description = "Drills into a volcano.",
                version = "1.0.0",
                category = "computation",
                securityLevel = level,
                parameters = new { type = "object" },
                executor = new { type = "builtin", handler = "math-calculator" },
            });
            Assert.True(registered.IsSuccessStatusCode, await registered.Content.ReadAsStringAsync());
        }

        // What the administrator sees of it tells that it is known.
        await Eventually.TrueAsync(
            async () => Names(await GetAsync("tools/search?q=volcano"), "recommendations").Contains("volcano-restricted"), "the restricted tool");
        Assert.Empty(Names(await GetAsync("tools/search?q=volcano", live.User), "recommendations"));
        Assert.DoesNotContain("volcano-dangerous", Names(await GetAsync("tools/search?q=volcano"), "recommendations"));

        using var granted = await live.Administrator.PostAsJsonAsync("permissions", new { subjectKind = "user", subjectId = "vera", permission = "tool:execute:dangerous" });
        Assert.Equal(HttpStatusCode.Created, granted.StatusCode);
        await Eventually.TrueAsync(
            async () => Names(await GetAsync("tools/search?q=volcano", live.User), "recommendations") is ["volcano-dangerous"], "the granted tool, which asks people first");
    }

    [ServersFact]
    public async Task Discovery_Stopped_IsToldWithRetryAfterAndAnswersWhenItIsBack()
    {
        await live.Platform.Discovery.KillAsync();
        using (var away = await live.Administrator.GetAsync(new Uri("tools/search?q=words", UriKind.Relative)))
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE"), (away.StatusCode, (await JsonAsync(away)).GetProperty("code").GetString()));
            Assert.NotNull(away.Headers.RetryAfter);
        }

        live.Platform.Discovery.Start();

        await Eventually.TrueAsync(async () => await StatusAsync(live.Administrator, "tools/search?q=words") == HttpStatusCode.OK, "an answer", TimeSpan.FromSeconds(30));
    }

    private async Task PutAsync(string from, string to, string type, double strength)
    {
        using var put = await live.Administrator.PostAsJsonAsync($"tools/{from}/relationships", new { toToolId = to, type, strength, reason = "The test says so." });
        Assert.True(put.StatusCode == HttpStatusCode.Created, await put.Content.ReadAsStringAsync());
    }

    /// <summary>Waits until a list holds these tools in this order: the graph follows a moment later.</summary>
    private Task ListsAsync(string path, params string[] tools) =>
        Eventually.PassesAsync(async () => Assert.Equal(tools, Names(await GetAsync(path), "items")));

    private async Task<JsonElement> GetAsync(string path, HttpClient? client = null)
    {
        using var answer = await (client ?? live.Administrator).GetAsync(new Uri(path, UriKind.Relative));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await JsonAsync(answer);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(path, UriKind.Relative));
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>();

    private static List<string> Names(JsonElement answer, string list) => [.. answer.GetProperty(list).EnumerateArray().Select(tool => tool.GetProperty("name").GetString()!)];

    /// <summary>A registry and discovery.</summary>
    public sealed class Live : IAsyncLifetime
    {
        internal Platform Platform { get; private set; } = null!;

        public HttpClient Administrator { get; private set; } = null!;

        /// <summary>Vera, a user.</summary>
        public HttpClient User { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            if (ServerUrls.Missing is not null && !ServerUrls.Required)
            {
                return;
            }

            Platform = await Platform.StartAsync(runners: 0, discovery: true, settings: new Dictionary<string, string> { ["JWT_SECRET"] = TestToken.Secret, ["DISCOVERY_TIMEOUT_MS"] = "4000" });
            (Administrator, User) = (Platform.Administrator(), new HttpClient());
            User.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TestToken.Of("vera"));
            Administrator.BaseAddress = User.BaseAddress = new Uri(Platform.Registry.Address, "/api/v1/");
        }

        public async Task DisposeAsync()
        {
            if (Platform is not null)
            {
                Administrator.Dispose();
                User.Dispose();
                await Platform.DisposeAsync();
            }
        }
    }
}
