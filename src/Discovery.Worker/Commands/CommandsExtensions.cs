using Capns.Messaging.Endpoints;
using Capns.Messaging.Topology;
using MassTransit;

namespace Capns.Discovery.Worker.Commands;

/// <summary>Registers the carrying out of commands.</summary>
internal static class CommandsExtensions
{
    /// <summary>Requires an <see cref="IRelationCommands"/> and an <see cref="IGraphRebuild"/>.</summary>
    public static void AddCommands(this IBusRegistrationConfigurator bus) => bus.AddConsumer<GraphCommandConsumer>();

    /// <summary>Consumes the queue.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="context">The container.</param>
    /// <param name="isOutage">True for what passes when a server comes back.</param>
    public static void CommandEndpoint(this IRabbitMqBusFactoryConfigurator bus, IBusRegistrationContext context, Func<Exception, bool> isOutage) =>
        bus.CapnsEndpoint(context, QueueNames.DiscoveryCommands, endpoint => endpoint.ConfigureConsumer<GraphCommandConsumer>(context), isOutage: isOutage);
}
