using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Capns.Testing;
using Xunit;

namespace Capns.Integration.Tests;

/// <summary>What operators see of three live workers (platform spec 8.5, 10.2, 10.3).</summary>
public sealed partial class OperationsTests(OperationsTests.Live live) : IClassFixture<OperationsTests.Live>
{
    private static readonly HttpClient Http = Platform.Administrator();

    [ServersFact]
    public async Task Metrics_OfEveryWorker_PassPromtool()
    {
        foreach (var worker in live.Platform.Workers)
        {
            var (code, said) = await PromtoolAsync(await Http.GetStringAsync(new Uri(worker.Address, "/metrics")));

            Assert.True(code == 0 && said.Length == 0, $"{worker.Name}: {said}");
        }
    }

    [ServersFact]
    public async Task DashboardAndAlerts_EveryMetricTheyName_ExistsOnALiveWorker()
    {
        var named = Names(Path.Combine("infra", "grafana", "capns.json")).Concat(Names(Path.Combine("infra", "prometheus", "alerts.yml"))).Distinct().Order().ToList();
        var text = "";
        foreach (var worker in live.Platform.Workers)
        {
            text += await Http.GetStringAsync(new Uri(worker.Address, "/metrics"));
        }

        var there = TypeLine().Matches(text).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.True(named.Count > 20, $"Only {named.Count} metrics are named.");
        Assert.All(named, name => Assert.Contains(there.Contains(name) ? name : Histogram().Replace(name, ""), there));
        // Help says more than the name does.
        Assert.DoesNotContain(HelpLine().Matches(text).Where(match => match.Groups[1].Value.StartsWith("capability_registry_", StringComparison.Ordinal)),
            match => match.Groups[2].Value.EndsWith(" of Capns.", StringComparison.Ordinal));
    }

    [ServersFact]
    public async Task Health_Detailed_HasEveryFieldMeasured()
    {
        var health = await JsonAsync("/health/detailed");

        Assert.Equal("healthy", health.GetProperty("status").GetString());
        foreach (var path in new[]
        {
            "service", "version", "timestamp", "uptime", "database/postgresql/latencyMs", "database/redis/latencyMs", "broker/channels", "broker/unroutable", "broker/blocked",
            "eventRunner/sandbox/drivers/native", "eventRunner/sandbox/slots/used", "eventRunner/sandbox/slots/max", "eventRunner/streaming/clients", "resources/memory/usedMb",
            "resources/memory/limitMb", "resources/cpu/cores", "resources/cpu/limit", "resources/network/inBytes", "resources/network/outBytes", "dependencies/postgresql",
            "dependencies/redis", "metrics/uptime", "metrics/activeExecutions", "metrics/queueDepth", "metrics/outboxLag", "metrics/oldestQueuedMs",
        })
        {
            var at = health;
            foreach (var step in path.Split('/'))
            {
                Assert.True(at.TryGetProperty(step, out at), $"{path} is missing in {health}");
            }
        }

        Assert.Equal(("disabled", false), (health.GetProperty("database").GetProperty("neo4j").GetProperty("status").GetString(),
            health.GetProperty("database").GetProperty("neo4j").GetProperty("required").GetBoolean()));
        Assert.True(health.GetProperty("broker").GetProperty("channels").GetInt32() >= 4);
    }

    [ServersTheory]
    [InlineData("database", "postgresql")]
    [InlineData("neo4j", "neo4j")]
    [InlineData("redis", "redis")]
    [InlineData("broker", "broker")]
    [InlineData("execution-engine", "sandbox")]
    public async Task Health_OfAPart_ShowsIt(string part, string member) => Assert.True((await JsonAsync($"/health/{part}")).TryGetProperty(member, out _));

    [ServersFact]
    public async Task Runners_FromTheirHeartbeats_AreListed()
    {
        var runner = (await JsonAsync("/api/v1/admin/runners")).GetProperty("items")[0];

        Assert.Equal(("alive", "default"), (runner.GetProperty("status").GetString(), runner.GetProperty("pools")[0].GetString()));
        Assert.Equal("native", runner.GetProperty("drivers")[0].GetProperty("driver").GetString());
        Assert.Equal(100, runner.GetProperty("slots").GetProperty("max").GetInt32());
        Assert.True(TimeProvider.System.GetUtcNow() - runner.GetProperty("heartbeatAt").GetDateTimeOffset() < TimeSpan.FromSeconds(20));
    }

    [ServersFact]
    public async Task Execution_ThatRan_IsInTheAuditLogAndInTheAnalytics()
    {
        var entries = (await JsonAsync($"/api/v1/audit?objectId={live.Execution}&sort=at")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["execution.accept", "execution.start", "execution.finish"], entries.Select(entry => entry.GetProperty("action").GetString()!));
        Assert.All(entries, entry => Assert.Equal(64, entry.GetProperty("hash").GetString()!.Length));
        Assert.True((await JsonAsync("/api/v1/audit/verify")).GetProperty("ok").GetBoolean());
        await Eventually.TrueAsync(
            async () => (await JsonAsync("/api/v1/analytics/usage?timeRange=24h")).GetProperty("totals").GetProperty("completed").GetInt32() >= 1, "usage to be added up");
        var performance = await JsonAsync("/api/v1/analytics/performance?timeRange=24h&toolId=text-analysis");
        Assert.True(performance.GetProperty("totals").GetProperty("p95Ms").GetDouble() > 0, performance.ToString());
    }

    [ServersFact]
    public async Task Export_IsOneJsonALineWithSignedEnds()
    {
        var lines = (await Http.GetStringAsync(new Uri(live.Platform.Registry.Address, "/api/v1/audit/export"))).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var parsed = lines.Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
        Assert.Contains(parsed, line => line.TryGetProperty("action", out var action) && action.GetString() == "execution.accept");
        Assert.Equal(64, parsed[^1].GetProperty("checkpoint").GetProperty("signature").GetString()!.Length);
    }

    private static async Task<(int Code, string Output)> PromtoolAsync(string text)
    {
        using var promtool = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        var output = await promtool.StandardOutput.ReadToEndAsync() + await promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync();
        return (promtool.ExitCode, output);
    }

    private static IEnumerable<string> Names(string file) => MetricName().Matches(File.ReadAllText(Path.Combine(Checkout.Root, file))).Select(match => match.Value);

    private async Task<JsonElement> JsonAsync(string path) =>
        JsonSerializer.Deserialize<JsonElement>(await Http.GetStringAsync(new Uri(live.Platform.Registry.Address, path)));

    [GeneratedRegex(@"\b(?:capability_registry_\w+|http_requests_total|http_request_duration_seconds\w*|active_connections)")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"^# TYPE (\w+) ", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^# HELP (\w+) (.*)$", RegexOptions.Multiline)]
    private static partial Regex HelpLine();

    [GeneratedRegex("_(?:bucket|sum|count)$")]
    private static partial Regex Histogram();

    /// <summary>Three workers, one execution done, everything heard of.</summary>
    public sealed class Live : IAsyncLifetime
    {
        internal Platform Platform { get; private set; } = null!;

        public Guid Execution { get; private set; }

        public async Task InitializeAsync()
        {
            if (ServerUrls.Missing is not null && !ServerUrls.Required)
            {
                return;
            }

            Platform = await Platform.StartAsync(discovery: true, settings: new Dictionary<string, string> { ["SANDBOX_DRIVER"] = "native" });
            await using var service = await Platform.ConnectAsync();
            Execution = await service.RequestAsync("text-analysis", new { text = "a text" });
            await service.FinalAsync(Execution);
            await Eventually.TrueAsync(
                async () => (await Http.GetStringAsync(new Uri(Platform.Registry.Address, "/health"))).Contains("\"healthy\"", StringComparison.Ordinal), "a heartbeat", TimeSpan.FromSeconds(20));
        }

        public async Task DisposeAsync()
        {
            if (Platform is not null)
            {
                await Platform.DisposeAsync();
            }
        }
    }
}
