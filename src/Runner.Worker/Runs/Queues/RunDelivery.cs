using Capns.Contracts.Running;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Capns.Runner.Worker.Runs.Queues;

/// <summary>A command on a channel of the broker.</summary>
internal sealed class RunDelivery(RunTool order, bool redelivered, IChannel channel, ulong tag, CancellationToken lost) : IRunDelivery
{
    /// <inheritdoc/>
    public RunTool Order => order;

    /// <inheritdoc/>
    public bool Redelivered => redelivered;

    /// <inheritdoc/>
    public CancellationToken Lost => lost;

    /// <inheritdoc/>
    public async ValueTask AcknowledgeAsync()
    {
        try
        {
            await channel.BasicAckAsync(tag, multiple: false, CancellationToken.None);
        }
        catch (Exception gone) when (gone is RabbitMQClientException or ObjectDisposedException or IOException)
        {
            // Handed over again, it is recognised: here by its name, elsewhere by the broker's mark.
        }
    }
}
