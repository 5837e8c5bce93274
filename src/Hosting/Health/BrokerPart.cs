using System.Diagnostics;
using Capns.Hosting.Configuration;
using Capns.Messaging.Broker;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;

namespace Capns.Hosting.Health;

/// <summary>RabbitMQ: a round trip on a connection of its own, whether the topology is declared, and whether the bus consumes.</summary>
/// <param name="settings">Where the broker is.</param>
/// <param name="services">The bus is looked up when measuring, since it may be registered later than this.</param>
public sealed class BrokerPart(RabbitMqSettings settings, IServiceProvider services) : IHealthPart, IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private IConnection? _connection;
    private IChannel? _channel;
    private bool _blocked;

    /// <inheritdoc/>
    public string Name => "broker";

    /// <inheritdoc/>
    public string Section => "broker";

    /// <inheritdoc/>
    public bool Required => true;

    /// <inheritdoc/>
    public async Task<PartReport> MeasureAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var channel = await ChannelAsync(cancellationToken);
            var started = Stopwatch.GetTimestamp();
            await channel.ExchangeDeclarePassiveAsync("amq.fanout", cancellationToken);
            var latency = Stopwatch.GetElapsedTime(started);
            var bus = services.GetService<IBusControl>()?.CheckHealth().Status ?? BusHealthStatus.Healthy;
            var publisher = services.GetService<IBrokerHealth>()?.IsOpen ?? true;
            var measures = new Dictionary<string, object?>
            {
                ["latencyMs"] = Math.Round(latency.TotalMilliseconds, 1),
                ["channels"] = services.GetService<IBrokerHealth>()?.Channels ?? 1,
                ["unroutable"] = services.GetService<IBrokerHealth>()?.Unroutable ?? 0,
                ["blocked"] = _blocked,
            };
            // Degraded: connected, and a queue without its consumer; nothing of it would be worked on.
            return bus != BusHealthStatus.Healthy || !publisher
                ? new PartReport(PartState.Away, "disconnected", measures)
                : new PartReport(PartState.Up, "connected", measures);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        _one.Dispose();
    }

    private async Task<IChannel> ChannelAsync(CancellationToken cancellationToken)
    {
        if (_channel is { IsOpen: true } && _connection is { IsOpen: true })
        {
            return _channel;
        }

        if (_connection is not null)
        {
            await _connection.DisposeAsync();
            _connection = null;
        }

        // Without recovery of its own: the next measurement connects again, and until then the part is away.
        var factory = new ConnectionFactory { Uri = settings.Url, AutomaticRecoveryEnabled = false };
        _connection = await factory.CreateConnectionAsync("capns health", cancellationToken);
        _blocked = false;
        _connection.ConnectionBlockedAsync += (_, _) => Blocked(true);
        _connection.ConnectionUnblockedAsync += (_, _) => Blocked(false);
        return _channel = await _connection.CreateChannelAsync(cancellationToken: cancellationToken);
    }

    private Task Blocked(bool blocked)
    {
        _blocked = blocked;
        return Task.CompletedTask;
    }
}
