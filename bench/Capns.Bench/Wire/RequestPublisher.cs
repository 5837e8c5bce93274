using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Capns.Bench.Wire;

/// <summary>Publishes requests as any AMQP client would; a request counts as accepted when the broker has confirmed it.</summary>
internal sealed class RequestPublisher(Uri broker) : IAsyncDisposable
{
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _connecting = new(1);
    private IConnection? _connection;
    private IChannel? _channel;

    /// <summary>Publishes until the broker confirms; the same message again and again, so that the platform must tell repeats.</summary>
    /// <returns>How often it had to be published.</returns>
    public async Task<int> PublishAsync(Guid executionId, string tool, object parameters, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            specversion = "1.0",
            id = executionId.ToString(),
            type = "tool.execution.requested",
            source = "bench",
            time = TimeProvider.System.GetUtcNow(),
            datacontenttype = "application/json",
            data = new { toolId = tool, executionId, requestId = executionId.ToString(), agentId = $"bench-{Agent(executionId)}", parameters },
        });
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var channel = await ChannelAsync(cancellationToken);
                var properties = new BasicProperties
                {
                    ContentType = "application/cloudevents+json",
                    DeliveryMode = DeliveryModes.Persistent,
                    MessageId = executionId.ToString(),
                };
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(ConfirmTimeout);
                await channel.BasicPublishAsync("tool.execution.requested", "tool.execution.requested", mandatory: true, properties, body, limit.Token);
                return attempt;
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested
                && error is AlreadyClosedException or BrokerUnreachableException or OperationInterruptedException or PublishException
                    or OperationCanceledException or IOException or ObjectDisposedException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            }
        }
    }

    /// <summary>Sixteen callers share the load: one alone may only have FAIR_SHARE jobs out.</summary>
    private static int Agent(Guid executionId) => executionId.ToByteArray()[^1] % 16;

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        _connecting.Dispose();
    }

    private async Task<IChannel> ChannelAsync(CancellationToken cancellationToken)
    {
        if (_channel is { IsOpen: true } open)
        {
            return open;
        }

        await _connecting.WaitAsync(cancellationToken);
        try
        {
            if (_channel is { IsOpen: true } other)
            {
                return other;
            }

            var factory = new ConnectionFactory { Uri = broker, AutomaticRecoveryEnabled = false };
            _connection = await factory.CreateConnectionAsync(cancellationToken);
            _channel = await _connection.CreateChannelAsync(new CreateChannelOptions(true, true), cancellationToken);
            return _channel;
        }
        finally
        {
            _connecting.Release();
        }
    }
}
