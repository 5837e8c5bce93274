using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Capns.Messaging.Topology;

/// <summary>Declares exchanges, queues and bindings. Changes and deletes nothing that exists (platform spec 3.1).</summary>
public static class TopologyDeclaration
{
    private const ushort PreconditionFailed = 406;

    /// <summary>Declares everything of <paramref name="topology"/>. Doing it again changes nothing.</summary>
    /// <exception cref="TopologyConflictException">Something exists with other arguments.</exception>
    public static Task DeclareAsync(IConnection connection, BusTopology topology, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topology);
        return DeclareAsync(connection, topology.Exchanges, topology.Queues, topology.Bindings, cancellationToken);
    }

    /// <summary>Declares the queues of one pool, for pools that become known after the start (platform spec 3.3, rule 2).</summary>
    /// <exception cref="TopologyConflictException">Something exists with other arguments.</exception>
    public static Task DeclarePoolAsync(IConnection connection, BusTopology topology, string pool, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topology);
        var queues = topology.RunnerQueues(pool).ToList();
        return DeclareAsync(
            connection,
            [.. queues.Select(queue => new ExchangeDefinition(queue.Name, ExchangeType.Fanout))],
            queues,
            [.. queues.SelectMany(topology.QueueBindings)],
            cancellationToken);
    }

    private static async Task DeclareAsync(
        IConnection connection,
        IReadOnlyList<ExchangeDefinition> exchanges,
        IReadOnlyList<QueueDefinition> queues,
        IReadOnlyList<BindingDefinition> bindings,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var exchange in exchanges)
        {
            await NamedAsync($"exchange {exchange.Name}", channel.ExchangeDeclareAsync(
                exchange.Name, exchange.Type, durable: true, autoDelete: false, cancellationToken: cancellationToken));
        }

        foreach (var queue in queues)
        {
            await NamedAsync($"queue {queue.Name}", channel.QueueDeclareAsync(
                queue.Name, durable: true, exclusive: false, autoDelete: false,
                queue.Arguments.ToDictionary(argument => argument.Key, argument => argument.Value), cancellationToken: cancellationToken));
        }

        foreach (var binding in bindings)
        {
            await (binding.ToQueue
                ? channel.QueueBindAsync(binding.Destination, binding.Source, binding.RoutingKey, cancellationToken: cancellationToken)
                : channel.ExchangeBindAsync(binding.Destination, binding.Source, binding.RoutingKey, cancellationToken: cancellationToken));
        }

        await channel.CloseAsync(cancellationToken);
    }

    private static async Task NamedAsync(string entity, Task declaration)
    {
        try
        {
            await declaration;
        }
        catch (OperationInterruptedException refusal) when (refusal.ShutdownReason?.ReplyCode == PreconditionFailed)
        {
            throw new TopologyConflictException(entity, refusal);
        }
    }
}

/// <summary>The broker holds an exchange or queue of this name with other arguments (406). The host must stop.</summary>
public sealed class TopologyConflictException(string entity, Exception reason)
    : Exception($"The broker holds {entity} with other arguments than the platform's: {reason.Message}", reason)
{
    /// <summary>E.g. <c>queue capns.registry.run-reports</c>.</summary>
    public string Entity { get; } = entity;
}
