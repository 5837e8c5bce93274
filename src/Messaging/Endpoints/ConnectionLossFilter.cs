using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging;

namespace Capns.Messaging.Endpoints;

/// <summary>Ends an endpoint's channel with its connection, so that the bus opens another one.</summary>
/// <remarks>
/// When the broker closes a connection, RabbitMQ.Client 7.1.2 tells its channels one after the other, and MassTransit 8.4.0 disposes the
/// connection meanwhile. While one endpoint still has messages in work the others are then never told: each waits for ever on a dead
/// channel, and the endpoint looks healthy. So the connection itself is asked, and a channel that outlives it is given up.
/// </remarks>
internal sealed class ConnectionLossFilter(string queue, TimeProvider clock, ILogger log) : IFilter<ChannelContext>
{
    /// <summary>Between two looks. A channel that is told in time ends before the second one.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    /// <exception cref="ConnectionException">The connection is gone; the bus tries again with a new one.</exception>
    public async Task Send(ChannelContext context, IPipe<ChannelContext> next)
    {
        var use = next.Send(context);
        if (await OutlivesItsConnectionAsync(use, context))
        {
            Log.ChannelGivenUp(log, queue);
            // What is left of it may take its time: it waits for answers that the broker no longer gives.
            _ = LeaveAsync(use, context);
            throw new ConnectionException($"The connection of queue {queue} is gone and its channel was not told.");
        }

        await use;
    }

    /// <inheritdoc/>
    public void Probe(ProbeContext context) => context.CreateFilterScope(nameof(ConnectionLossFilter));

    private async Task<bool> OutlivesItsConnectionAsync(Task use, ChannelContext context)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var gone = false;
        while (true)
        {
            var tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
            if (await Task.WhenAny(use, tick) == use)
            {
                return false;
            }

            if (context.ConnectionContext.Connection.IsOpen)
            {
                continue;
            }

            if (gone)
            {
                return true;
            }

            gone = true;
        }
    }

    private async Task LeaveAsync(Task use, ChannelContext context)
    {
        try
        {
            await context.Channel.DisposeAsync();
            await use;
        }
        catch (Exception failure)
        {
            Log.ChannelLeft(log, queue, failure.Message);
        }
    }
}
