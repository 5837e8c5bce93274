using Capns.Messaging.Broker;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Capns.Messaging.Outbound;

/// <summary>Asks the broker whether an exchange exists, on a channel of its own because "no" closes the channel.</summary>
internal sealed class ExchangeProbe(BrokerConnection broker) : IAsyncDisposable
{
    private const ushort NotFound = 404;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private IChannel? _channel;

    public async Task<bool> ExistsAsync(string exchange, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_channel is not { IsOpen: true })
            {
                _channel = await (await broker.GetAsync(cancellationToken)).CreateChannelAsync(cancellationToken: cancellationToken);
            }

            await _channel.ExchangeDeclarePassiveAsync(exchange, cancellationToken);
            return true;
        }
        catch (OperationInterruptedException refusal) when (refusal.ShutdownReason?.ReplyCode == NotFound)
        {
            return false;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _channel, null) is { } channel)
        {
            await channel.DisposeAsync();
        }

        _gate.Dispose();
    }
}
