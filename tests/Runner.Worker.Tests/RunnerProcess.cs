using Capns.Hosting.Secrets;
using Capns.Contracts.Running;
using Capns.Messaging;
using Capns.Messaging.Outbound;
using Capns.Messaging.Topology;
using Capns.Runner.Worker.Runs;
using Capns.Runner.Worker.Runs.Queues;
using Capns.Runner.Worker.Sandboxing;
using Capns.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Capns.Runner.Worker.Tests;

/// <summary>A whole runner on a virtual host of the test's own, with a fake sandbox and without Redis.</summary>
internal sealed class RunnerProcess : IAsyncDisposable
{
    private readonly IHost _host;

    private RunnerProcess(IHost host) => _host = host;

    public RunnerOptions Options => _host.Services.GetRequiredService<RunnerOptions>();

    public RunsInHand Runs => _host.Services.GetRequiredService<RunsInHand>();

    public static async Task<RunnerProcess> StartAsync(TestBroker broker, ISandbox sandbox, RunnerOptions? options = null)
    {
        var runner = await StartAsync(broker.Url, sandbox, options);
        var consumer = runner._host.Services.GetRequiredService<RunQueueConsumer>();
        await Eventually.TrueAsync(() => consumer.IsConsuming, "the runner to consume", TimeSpan.FromSeconds(30));
        return runner;
    }

    /// <summary>Starts it without waiting for the broker to answer.</summary>
    public static async Task<RunnerProcess> StartAsync(Uri broker, ISandbox sandbox, RunnerOptions? options = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services
            .AddCapnsMessaging(new BusSettings { RabbitMqUrl = broker })
            .AddSingleton<Capns.Hosting.Redis.IRedis, NoRedis>()
            .AddSingleton(sandbox)
            .AddSingleton<SandboxSelection>()
            .AddHostedService<SandboxStart>()
            .AddSealing(SealingKeys.Development)
            .AddRuns(options ?? Example.Options())
            .Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(60));
        var runner = new RunnerProcess(builder.Build());
        await runner._host.StartAsync();
        return runner;
    }

    /// <summary>Declares the platform's topology, as every worker does at its start.</summary>
    public static async Task DeclareAsync(TestBroker broker)
    {
        await using var connection = await new ConnectionFactory { Uri = broker.Url }.CreateConnectionAsync();
        await TopologyDeclaration.DeclareAsync(connection, new BusTopology(new BusSettings { RabbitMqUrl = broker.Url }), CancellationToken.None);
    }

    /// <summary>Sends a command to its queue, as the registry does.</summary>
    public Task SendAsync(RunTool order) => PublishAsync(
        _host.Services.GetRequiredService<OutboundDocuments>().ToQueue(QueueNames.Runner(order.Pool, order.Priority), order));

    /// <summary>Sends a signal to all instances.</summary>
    public Task SendAsync(ControlSignal signal) => PublishAsync(
        _host.Services.GetRequiredService<OutboundDocuments>().Create(EventNames.Control, signal, EventNames.Control, ""));

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private Task PublishAsync(OutboundMessage message) =>
        _host.Services.GetRequiredService<IMessagePublisher>().PublishAsync(message);
}

/// <summary>Redis is switched off.</summary>
internal sealed class NoRedis : Capns.Hosting.Redis.IRedis
{
    public bool IsEnabled => false;

    public bool IsAvailable => false;

    public Task<StackExchange.Redis.RedisResult> EvaluateAsync(
        string script, StackExchange.Redis.RedisKey[] keys, StackExchange.Redis.RedisValue[] arguments) =>
        throw new Capns.Hosting.Redis.RedisAwayException();

    public Task<StackExchange.Redis.RedisResult> ExecuteAsync(string command, params object[] arguments) =>
        throw new Capns.Hosting.Redis.RedisAwayException();
}
