namespace Capns.Messaging.Broker;

/// <summary>Whether the broker is there, for readiness.</summary>
public interface IBrokerHealth
{
    /// <summary>True while the connection is open and the topology is declared.</summary>
    bool IsOpen { get; }

    /// <summary>Channels this process has open: one for each queue it consumes, and that on which it publishes.</summary>
    int Channels { get; }

    /// <summary>Messages published since the start that no queue took.</summary>
    long Unroutable { get; }
}

/// <summary>Declares queues that become known after the start.</summary>
public interface ITopologyDeclarer
{
    /// <summary>Waits until the broker answers and everything fixed is declared.</summary>
    /// <exception cref="Topology.TopologyConflictException">Something exists with other arguments; the host is being stopped.</exception>
    Task EnsureAsync(CancellationToken cancellationToken);

    /// <summary>Declares the three queues of a pool that a tool names (platform spec 3.3, rule 2).</summary>
    /// <exception cref="ArgumentException">The name does not match <c>[a-z0-9-]{1,32}</c>.</exception>
    /// <exception cref="Topology.TopologyConflictException">Something exists with other arguments.</exception>
    Task EnsurePoolAsync(string pool, CancellationToken cancellationToken);
}
