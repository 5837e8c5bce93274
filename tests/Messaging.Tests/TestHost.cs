using System.Threading.Channels;
using Capns.Messaging.Endpoints;
using Capns.Messaging.Outbound;
using Capns.Messaging.Replies;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Capns.Messaging.Tests;

/// <summary>A process on the bus: the platform's own registration, and a bus with the endpoints a test asks for.</summary>
public sealed class TestHost : IAsyncDisposable
{
    private readonly IHost _host;

    private TestHost(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public IMessagePublisher Publisher => Services.GetRequiredService<IMessagePublisher>();

    public OutboundDocuments Documents => Services.GetRequiredService<OutboundDocuments>();

    public ReplyMessages Replies => Services.GetRequiredService<ReplyMessages>();

    /// <summary>Starts it; returns when the bus consumes.</summary>
    public static async Task<TestHost> StartAsync(
        BusSettings settings, Action<IServiceProvider, IRabbitMqBusFactoryConfigurator>? bus = null, bool waitUntilStarted = true)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddFilter("MassTransit", LogLevel.Critical);
        builder.Services.AddCapnsMessaging(settings);
        builder.Services.AddMassTransit(configurator => configurator.UsingRabbitMq((context, configure) =>
        {
            configure.CapnsHost(context);
            bus?.Invoke(context, configure);
        }));
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = waitUntilStarted);
        var host = builder.Build();
        await host.StartAsync();
        return new TestHost(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }
}

/// <summary>Hands what it consumes to the test.</summary>
public sealed class Collector<T> : IConsumer<T>
    where T : class
{
    private readonly Channel<ConsumeContext<T>> _seen = Channel.CreateUnbounded<ConsumeContext<T>>();

    /// <summary>Runs before the message counts as consumed; may throw.</summary>
    public Func<ConsumeContext<T>, Task> Handle { get; init; } = _ => Task.CompletedTask;

    public async Task Consume(ConsumeContext<T> context)
    {
        await _seen.Writer.WriteAsync(context);
        await Handle(context);
    }

    /// <summary>The next message, waiting up to 20 s.</summary>
    public async Task<ConsumeContext<T>> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _seen.Reader.ReadAsync(limit.Token);
    }

    public bool HasMore => _seen.Reader.TryPeek(out _);
}
