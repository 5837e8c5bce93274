using Capns.Contracts.Catalogue;
using Capns.Messaging;
using Capns.Messaging.Inbound;
using MassTransit;

namespace Capns.Discovery.Worker.Catalogue;

/// <summary>Follows the catalogue of tools (platform spec 3.24).</summary>
/// <remarks>
/// Delivered twice or late, an event changes nothing that a later one has said. Believed only from the platform's own
/// logins (platform spec 3.3, rule 8): anybody may publish to an event's exchange.
/// </remarks>
internal sealed class CatalogueConsumer(CatalogueStore store, BusSettings bus, ILogger<CatalogueConsumer> logger) : IConsumer<InboundEvent>
{
    public async Task Consume(ConsumeContext<InboundEvent> context)
    {
        var inbound = context.Message;
        if (!bus.IsPlatformUser(inbound.AmqpUser))
        {
            Log.CatalogueNotBelieved(logger, inbound.EventName, inbound.AmqpUser ?? "(unknown)");
            return;
        }

        // All events of the catalogue have the same members.
        if (!PayloadReader.TryRead<ToolRegistered>(inbound.Payload, out var tool, out var errors))
        {
            throw new UnreadableCatalogueEventException($"{inbound.EventName}: {string.Join(' ', errors.Select(error => error.Message))}");
        }

        await store.ApplyAsync(inbound.EventName, tool!, context.CancellationToken);
        Log.CatalogueChanged(logger, tool!.ToolId, tool.Slug, tool.Version, inbound.EventName);
    }
}
