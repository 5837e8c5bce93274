using System.Collections.Concurrent;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Capns.Messaging.Outbound;

/// <summary>
/// A channel in confirm mode that keeps the order of what is sent. The client's own tracking lets messages overtake each other once its
/// limit of outstanding confirms is reached; here the write is awaited in turn and only the confirm is left to come.
/// </summary>
internal sealed class ConfirmingChannel : IAsyncDisposable
{
    private readonly IChannel _channel;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SemaphoreSlim _slots;
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource> _pending = new();
    private ulong _confirmedTo;
    private int _closed;

    private ConfirmingChannel(IChannel channel, int mostOutstanding, Action<BasicReturnEventArgs> returned)
    {
        _channel = channel;
        _slots = new SemaphoreSlim(mostOutstanding, mostOutstanding);
        channel.BasicAcksAsync += (_, ack) => Settle(ack.DeliveryTag, ack.Multiple, null);
        channel.BasicNacksAsync += (_, nack) => Settle(nack.DeliveryTag, nack.Multiple, new IOException("The broker refused the message."));
        channel.BasicReturnAsync += (_, back) =>
        {
            returned(back);
            return Task.CompletedTask;
        };
        channel.ChannelShutdownAsync += (_, reason) => FailAll(reason.ToString());
    }

    public bool IsOpen => _channel.IsOpen;

    /// <param name="connection">An open connection.</param>
    /// <param name="mostOutstanding">Messages that may wait for their confirm at once.</param>
    /// <param name="returned">Called for a message that no queue took; its confirm comes all the same.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ConfirmingChannel> OpenAsync(
        IConnection connection, int mostOutstanding, Action<BasicReturnEventArgs> returned, CancellationToken cancellationToken) =>
        new(
            await connection.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false), cancellationToken),
            mostOutstanding,
            returned);

    /// <summary>Writes the message after all that were sent before.</summary>
    /// <returns>Ends with the broker's confirm, or fails when it cannot come any more.</returns>
    public async Task<Task> SendAsync(
        string exchange, string routingKey, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        var taken = true;
        try
        {
            await _turn.WaitAsync(cancellationToken);
            try
            {
                var confirm = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                var number = await _channel.GetNextPublishSequenceNumberAsync(cancellationToken);
                _pending[number] = confirm;
                taken = false;
                // Not cancelled half-way: the number above must belong to this message.
                await WriteAsync(number, exchange, routingKey, properties, body);
                return confirm.Task;
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            if (taken)
            {
                _slots.Release();
            }
        }
    }

    /// <summary>Closes it without waiting for anything; what is pending fails.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            await _channel.AbortAsync();
            await _channel.DisposeAsync();
            await FailAll("The channel was closed.");
        }
    }

    private async Task WriteAsync(ulong number, string exchange, string routingKey, BasicProperties properties, ReadOnlyMemory<byte> body)
    {
        try
        {
            await _channel.BasicPublishAsync(exchange, routingKey, mandatory: true, properties, body, CancellationToken.None);
        }
        catch (Exception failure)
        {
            Finish(number, failure);
            throw;
        }

        // The channel may have ended between the registration and the write.
        if (!_channel.IsOpen)
        {
            Finish(number, new IOException("The channel was closed."));
        }
    }

    private Task Settle(ulong number, bool multiple, Exception? failure)
    {
        if (!multiple)
        {
            Finish(number, failure);
            return Task.CompletedTask;
        }

        for (var settled = _confirmedTo + 1; settled <= number; settled++)
        {
            Finish(settled, failure);
        }

        _confirmedTo = number;
        return Task.CompletedTask;
    }

    private Task FailAll(string reason)
    {
        foreach (var number in _pending.Keys)
        {
            Finish(number, new IOException(reason));
        }

        return Task.CompletedTask;
    }

    private void Finish(ulong number, Exception? failure)
    {
        if (!_pending.TryRemove(number, out var confirm))
        {
            return;
        }

        _slots.Release();
        if (failure is null)
        {
            confirm.SetResult();
        }
        else
        {
            confirm.SetException(failure);
        }
    }
}
