using Capns.Messaging.Endpoints;

namespace Capns.Messaging.Broker;

/// <summary>What this process knows of its broker.</summary>
internal sealed class BrokerHealth(BrokerConnection connection, EndpointActivity endpoints) : IBrokerHealth
{
    public bool IsOpen => connection.IsOpen;

    public int Channels => endpoints.Snapshot().Count() + (connection.IsOpen ? 1 : 0);

    public long Unroutable => BusMeter.UnroutableCount;
}
