using System.Text.Json.Nodes;
using Capns.Contracts.Running;
using Capns.Hosting.Secrets;
using Capns.Messaging;
using Capns.Messaging.Endpoints;
using Capns.Messaging.Outbound;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Analytics;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Limits;
using Capns.Registry.Worker.Approvals;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Executions.Commands;
using Capns.Registry.Worker.Executions.Instances;
using Capns.Registry.Worker.Executions.KillSwitches;
using Capns.Registry.Worker.Executions.Looking;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.DeadLetters;
using Capns.Registry.Worker.Streams.Live.Announcements;
using Capns.Registry.Worker.Tests.Executions;
using Capns.Registry.Worker.Tools;
using Capns.Testing;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Capns.Registry.Worker.Tests.Api;

/// <summary>Two whole registries over HTTP, on real servers, with a runner that is played by the test.</summary>
internal sealed class HttpWorld : IAsyncDisposable
{
    private readonly List<WebApplication> _apps = [];
    private readonly List<HttpClient> _clients = [];
    private IChannel? _runner;

    private HttpWorld(TestBroker broker, TestDatabase database)
    {
        Broker = broker;
        Database = database;
    }

    public TestBroker Broker { get; }

    public TestDatabase Database { get; }

    public IServiceProvider Services => _apps[0].Services;

    public Tests.Audit.RecordedAudit Audit { get; } = new();

    public RecordedAnnouncements Announced { get; } = new();

    public static async Task<HttpWorld> CreateAsync(int registries = 2)
    {
        var world = new HttpWorld(await TestBroker.CreateAsync(), await TestDatabase.CreateAsync());
        for (var number = 0; number < registries; number++)
        {
            await world.StartRegistryAsync();
        }

        return world;
    }

    /// <summary>Answers every command with a good end, from now on.</summary>
    public async Task StartRunnerAsync(Func<RunTool, RunEnded>? end = null)
    {
        _runner = await Broker.OpenChannelAsync();
        var consumer = new AsyncEventingBasicConsumer(_runner);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            var command = World.Data<RunTool>(delivery.Body);
            await ReportAsync(Runner.Started(command));
            await ReportAsync((end ?? Runner.Completed)(command));
            await _runner.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        };
        await _runner.BasicConsumeAsync(Runner.Queue, autoAck: false, consumer);
    }

    public async Task ReportAsync<T>(T report)
        where T : class
    {
        await using var channel = await Broker.OpenChannelAsync();
        var message = Services.GetRequiredService<OutboundDocuments>().ToQueue("capns.registry.run-reports", report);
        await channel.BasicPublishAsync(message.Exchange, message.RoutingKey, mandatory: true, new BasicProperties { MessageId = message.Id.ToString(), Type = message.Type, ContentType = message.ContentType }, message.Body);
    }

    /// <summary>Sends a request to one of the registries.</summary>
    public async Task<Answer> SendAsync(int registry, string method, string path, JsonNode? body = null, params string[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1" + path);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        }

        for (var index = 0; index < headers.Length; index += 2)
        {
            request.Headers.TryAddWithoutValidation(headers[index], headers[index + 1]);
        }

        using var response = await _clients[registry].SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(
            response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text),
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase), text);
    }

    /// <summary>Waits for a state.</summary>
    public Task UntilAsync(Guid id, string status) => Eventually.TrueAsync(
        async () => await Database.ScalarAsync<string>($"SELECT status FROM executions WHERE id = '{id}'") == status, $"execution {id} to be {status}", TimeSpan.FromSeconds(20));

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        foreach (var app in _apps)
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await app.StopAsync(soon.Token);
            await app.DisposeAsync();
        }

        await Broker.DisposeAsync();
        await Database.DisposeAsync();
    }

    private async Task StartRegistryAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var services = builder.Services;
        services.AddCapnsMessaging(new BusSettings { RabbitMqUrl = Broker.Url });
        services.AddPersistence(Database.ConnectionString);
        services.AddSingleton<Capns.Hosting.Redis.IRedis, NoRedis>();
        services.AddSingleton<IAuditTrail>(Audit);
        services.AddSingleton<IAccessControl, TestAccess>();
        services.AddSingleton<ILiveAnnouncements>(Announced);
        services.AddTools(new ToolOptions());
        services.AddCapabilities();
        services.AddAdmission(new AdmissionOptions());
        services.AddAccess(new AccessOptions());
        services.AddSealing(SealingKeys.Development);
        services.AddExecutions();
        services.AddApprovals();
        services.AddAnalytics();
        services.AddApi(new RequestLimitOptions { Requests = 100_000, Registrations = 100_000 });
        services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        services.AddMassTransit(bus => bus.UsingRabbitMq((provider, rabbit) =>
        {
            rabbit.CapnsHost(provider);
            rabbit.ExecutionEndpoints(provider);
            rabbit.InstanceEndpoint(provider);
        }));
        var app = builder.Build();
        app.UseApiConventions();
        app.UseTestAccess();
        app.UseRequestLimits();
        app.MapToolsApi();
        app.MapExecutions();
        app.MapExecutionCommands();
        app.MapKillSwitch();
        app.MapDeadLetters();
        await app.StartAsync();
        _apps.Add(app);
        _clients.Add(new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = TimeSpan.FromSeconds(60) });
        await Eventually.TrueAsync(
            async () => await Broker.QueueAsync("capns.registry.run-reports") is { } reports && reports.Consumers >= _apps.Count,
            "consumers", TimeSpan.FromSeconds(30));
    }
}

/// <summary>Keeps what was said to everybody.</summary>
internal sealed class RecordedAnnouncements : ILiveAnnouncements
{
    public System.Collections.Concurrent.ConcurrentQueue<Announcement> Made { get; } = new();

    public void Announce(Announcement announcement) => Made.Enqueue(announcement);
}
