using System.Text;
using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Discovery.Worker.Catalogue;
using Capns.Hosting;
using Capns.Hosting.Configuration;
using Capns.Messaging.Outbound;
using Capns.Messaging.Topology;
using Capns.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using Xunit;
using Wire = Capns.Testing.Example;

namespace Capns.Discovery.Worker.Tests.Learning;

/// <summary>The whole worker on real servers, told of executions and given feedback.</summary>
public sealed class LearningWorkerTests : IAsyncLifetime
{
    private readonly CatalogueTool _tool = Example.Tool("pdf-summary");
    private TestBroker? _broker;
    private TestCatalogue? _catalogue;
    private WebApplication? _worker;

    private TestBroker Broker => _broker!;

    private TestDatabase Database => _catalogue!.Database;

    public async Task InitializeAsync()
    {
        if (!ServerUrls.Required && ServerUrls.Missing is not null)
        {
            return;
        }

        _broker = await TestBroker.CreateAsync();
        _catalogue = await TestCatalogue.CreateAsync(withDiscovery: false);
        await _catalogue.PutAsync(_tool);
        _worker = await StartWorkerAsync();
    }

    public async Task DisposeAsync()
    {
        if (_worker is not null)
        {
            await _worker.StopAsync();
            await _worker.DisposeAsync();
        }

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
    public async Task Execution_OfThePlatform_IsLearnedFromAndAForgedOneIsNot()
    {
        var forged = Run();
        await using (var channel = await Broker.OpenChannelAsync())
        {
            // Without the broker-checked user id, which the platform's publisher always sets.
            var document = Documents().Event(forged);
            await channel.BasicPublishAsync(
                document.Exchange, document.RoutingKey, mandatory: true, new BasicProperties { ContentType = document.ContentType, Type = document.Type }, document.Body);
        }

        var run = Run();
        await PublishAsync(run);
        await PublishAsync(run);
        await PublishAsync(Wire.ToolExecutionError with { ExecutionId = Guid.NewGuid(), ToolId = _tool.Id.ToString(), AgentId = "agent-001" });
        await PublishAsync(run with { ExecutionId = Guid.NewGuid(), Cached = true });
        var last = Run();
        await PublishAsync(last);

        // Handled one by one: with the last one all others have been.
        await AppliedAsync($"execution:{last.ExecutionId}");
        Assert.Equal(3L, await Database.ScalarAsync<long>("SELECT count(*) FROM discovery.learning_applied"));
        Assert.Equal("3 2", await Database.ScalarAsync<string>("SELECT concat_ws(' ', frequency, success_sum) FROM discovery.agent_tool_usage"));
    }

    [ServersFact]
    public async Task Feedback_OfAnybody_IsLearnedFromAndABadOneIsRefusedToTheSender()
    {
        var replies = await FeedbackAsync("""{"eventId":"e-0","toolId":"no-such-tool","agentId":"a","outcome":"success","timestamp":"2026-03-02T09:00:00Z"}""");
        await FeedbackAsync("""{"eventId":"e-1","toolId":"pdf-summary","agentId":"a","outcome":"partial","timestamp":"2026-03-02T09:00:00Z"}""");
        var reused = await FeedbackAsync("""{"eventId":"e-1","toolId":"pdf-summary","agentId":"a","outcome":"failure","timestamp":"2026-03-02T09:00:00Z"}""");

        var refusal = JsonDocument.Parse((await Broker.TakeAsync(replies)).Body).RootElement;
        Assert.Equal("TOOL_NOT_FOUND", refusal.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("no-such-tool", refusal.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        var second = JsonDocument.Parse((await Broker.TakeAsync(reused)).Body).RootElement;
        Assert.Equal("IDEMPOTENCY_KEY_REUSED", second.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("1 0.5", await Database.ScalarAsync<string>("SELECT concat_ws(' ', frequency, success_sum) FROM discovery.agent_tool_usage"));
        Assert.Equal("partial", await Database.ScalarAsync<string>("SELECT payload ->> 'outcome' FROM discovery.learning_events"));
    }

    [ServersFact]
    public async Task Executions_WhileConnectionsToTheDatabaseAreCut_AreAllLearnedFromOnce()
    {
        var dead = await Broker.ListenAsync("events.dlx", "#");
        var runs = Enumerable.Range(0, 60).Select(_ => Run()).ToList();
        for (var at = 0; at < runs.Count; at++)
        {
            await PublishAsync(runs[at]);
            if (at % 15 == 7)
            {
                await Database.CloseConnectionsAsync();
            }
        }

        // The test's own connections were cut too.
        Database.Source.Clear();
        await Eventually.PassesAsync(
            async () => Assert.Equal(60L, await CountAsync("SELECT count(*) FROM discovery.learning_applied")), TimeSpan.FromSeconds(60));
        Assert.Equal("60 60", await Database.ScalarAsync<string>("SELECT concat_ws(' ', n, s) FROM discovery.tool_quality"));
        Assert.Equal(0, (await Broker.QueueAsync(dead))!.Messages);
    }

    private Task<long> CountAsync(string sql) => Database.ScalarAsync<long>(sql);

    private Task AppliedAsync(string key) => Eventually.TrueAsync(
        async () => await CountAsync($"SELECT count(*) FROM discovery.learning_applied WHERE key = '{key}'") == 1, $"{key} to be applied", TimeSpan.FromSeconds(30));

    private ToolExecutionResult Run() => Wire.ToolExecutionResult with { ExecutionId = Guid.NewGuid(), ToolId = _tool.Id.ToString(), AgentId = "agent-001" };

    private Task PublishAsync<T>(T message)
        where T : class => _worker!.Services.GetRequiredService<IMessagePublisher>().PublishAsync(Documents().Event(message));

    private async Task<string> FeedbackAsync(string payload)
    {
        await using var channel = await Broker.OpenChannelAsync();
        var replies = await channel.QueueDeclareAsync($"replies.{Guid.NewGuid():N}", durable: true, exclusive: false, autoDelete: false);
        await channel.BasicPublishAsync(
            "events",
            EventNames.LearningRecorded,
            mandatory: true,
            new BasicProperties { ContentType = "application/json", Type = EventNames.LearningRecorded, ReplyTo = replies.QueueName, CorrelationId = "c" },
            Encoding.UTF8.GetBytes(payload));
        return replies.QueueName;
    }

    private OutboundDocuments Documents() => _worker!.Services.GetRequiredService<OutboundDocuments>();

    private async Task<WebApplication> StartWorkerAsync()
    {
        var variables = new Dictionary<string, string>
        {
            ["PORT"] = "0",
            ["LOG_LEVEL"] = "error",
            ["RABBITMQ_URL"] = Broker.Url.ToString(),
            ["POSTGRESQL_URL"] = Database.Url.ToString(),
        };
        var builder = CapnsHost.CreateBuilder([], "discovery", new EnvironmentReader(variables.GetValueOrDefault));
        builder.AddDiscovery();
        var worker = builder.Build();
        await worker.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(worker.Urls.First()) };
        await Eventually.TrueAsync(async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode, "the worker to be ready", TimeSpan.FromSeconds(30));
        return worker;
    }
}
