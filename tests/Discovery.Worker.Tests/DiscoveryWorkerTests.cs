using System.Text;
using System.Text.Json;
using Capns.Discovery.Worker.Catalogue;
using Capns.Hosting;
using Capns.Hosting.Configuration;
using Capns.Messaging.Topology;
using Capns.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using Xunit;

namespace Capns.Discovery.Worker.Tests;

/// <summary>The whole worker on real servers, spoken to as others do.</summary>
public sealed class DiscoveryWorkerTests : IAsyncLifetime
{
    private TestBroker? _broker;
    private TestCatalogue? _catalogue;
    private WebApplication? _worker;
    private HttpClient? _http;

    private TestBroker Broker => _broker!;

    public async Task InitializeAsync()
    {
        if (!ServerUrls.Required && ServerUrls.Missing is not null)
        {
            return;
        }

        _broker = await TestBroker.CreateAsync();
        _catalogue = await TestCatalogue.CreateAsync(withDiscovery: false);
        _worker = await StartWorkerAsync();
    }

    public async Task DisposeAsync()
    {
        _http?.Dispose();
        await StopWorkerAsync();

        if (_catalogue is not null)
        {
            await _catalogue.DisposeAsync();
        }

        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }

    [ServersFact]
    public async Task Request_ForARegisteredTool_IsAnsweredAsEventAndReply()
    {
        var tool = await RegisterAsync("pdf-summary");
        var events = await Broker.ListenAsync("events", EventNames.RecommendationUpdated);

        var reply = await AskAsync("""{"requestId":"d-9","agentId":"agent-001","query":"pdf-summary"}""");
        var heard = JsonDocument.Parse((await Broker.TakeAsync(events)).Body).RootElement;

        foreach (var document in new[] { reply, heard })
        {
            Assert.Equal("1.0", document.GetProperty("specversion").GetString());
            Assert.Equal(EventNames.RecommendationUpdated, document.GetProperty("type").GetString());
            var data = document.GetProperty("data");
            Assert.Equal("d-9", data.GetProperty("requestId").GetString());
            Assert.Equal("agent-001", data.GetProperty("agentId").GetString());
            Assert.Equal("discovery", data.GetProperty("trigger").GetString());
            Assert.False(data.GetProperty("degraded").GetBoolean());
            var found = Assert.Single(data.GetProperty("recommendations").EnumerateArray());
            Assert.Equal(tool, found.GetProperty("toolId").GetString());
            Assert.Equal("safe", found.GetProperty("securityLevel").GetString());
        }
    }

    [ServersTheory]
    [InlineData("""{"requestId":"d-1","query":"x"}""", "INVALID_REQUEST")]
    [InlineData("""{"requestId":"d-1","agentId":"a","limit":51}""", "INVALID_PARAMETERS")]
    public async Task Request_Bad_IsRefusedToTheCallerOnly(string request, string code)
    {
        var events = await Broker.ListenAsync("events", EventNames.RecommendationUpdated);

        var reply = await AskAsync(request);

        Assert.Equal("tool.request.refused", reply.GetProperty("type").GetString());
        Assert.Equal(code, reply.GetProperty("error").GetProperty("code").GetString());
        // The good request behind it is the only thing that is heard.
        await AskAsync("""{"requestId":"d-2","agentId":"a"}""");
        var heard = JsonDocument.Parse((await Broker.TakeAsync(events)).Body).RootElement;
        Assert.Equal("d-2", heard.GetProperty("data").GetProperty("requestId").GetString());
        Assert.Contains("discovery_requests_total{service=\"capability-registry\",mode=\"refused\"}", await _http!.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task Catalogue_AfterARestart_IsStillKnown()
    {
        var tool = await RegisterAsync("lasting");
        await StopWorkerAsync();
        _worker = await StartWorkerAsync();

        var reply = await AskAsync($$"""{"userId":"u","toolId":"{{tool}}"}""");
        Assert.Equal("lasting", Assert.Single(reply.GetProperty("data").GetProperty("recommendations").EnumerateArray()).GetProperty("name").GetString());
    }

    [ServersFact]
    public async Task Request_WhileTheDatabaseConnectionsAreCut_IsAnsweredAllTheSame()
    {
        await RegisterAsync("steady");
        await _catalogue!.Database.CloseConnectionsAsync();
        var reply = await AskAsync("""{"agentId":"a","query":"steady"}""");
        Assert.Single(reply.GetProperty("data").GetProperty("recommendations").EnumerateArray());
    }

    private async Task<string> RegisterAsync(string slug)
    {
        var tool = Example.Tool(slug);
        await _catalogue!.PutAsync(tool);
        await Eventually.TrueAsync(
            () => Task.FromResult(_worker!.Services.GetRequiredService<CatalogueWatch>().Current.Find(tool.Id) is not null), $"tool {slug} to be known");
        return tool.Id.ToString();
    }

    private async Task<JsonElement> AskAsync(string request)
    {
        await using var channel = await Broker.OpenChannelAsync();
        var replies = await channel.QueueDeclareAsync($"replies.{Guid.NewGuid():N}", durable: true, exclusive: false, autoDelete: false);
        await channel.BasicPublishAsync(
            "rpc",
            EventNames.DiscoveryRequested,
            mandatory: true,
            new BasicProperties { ContentType = "application/json", Type = EventNames.DiscoveryRequested, ReplyTo = replies.QueueName, CorrelationId = "c" },
            Encoding.UTF8.GetBytes(request));
        var reply = await Broker.TakeAsync(replies.QueueName, TimeSpan.FromSeconds(20));
        Assert.Equal("c", reply.BasicProperties.CorrelationId);
        return JsonDocument.Parse(reply.Body).RootElement;
    }

    private async Task<WebApplication> StartWorkerAsync()
    {
        var variables = new Dictionary<string, string>
        {
            ["PORT"] = "0",
            ["LOG_LEVEL"] = "error",
            ["RABBITMQ_URL"] = Broker.Url.ToString(),
            ["POSTGRESQL_URL"] = _catalogue!.Database.Url.ToString(),
        };
        var builder = CapnsHost.CreateBuilder([], "discovery", new EnvironmentReader(variables.GetValueOrDefault));
        builder.AddDiscovery();
        var worker = builder.Build();
        await worker.StartAsync();
        _http?.Dispose();
        _http = new HttpClient { BaseAddress = new Uri(worker.Urls.First()) };
        await Eventually.TrueAsync(async () => (await _http.GetAsync("/health/ready")).IsSuccessStatusCode, "the worker to be ready", TimeSpan.FromSeconds(30));
        return worker;
    }

    private async Task StopWorkerAsync()
    {
        if (_worker is not null)
        {
            await _worker.StopAsync();
            await _worker.DisposeAsync();
        }
    }
}
