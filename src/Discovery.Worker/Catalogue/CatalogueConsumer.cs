using Capns.Contracts.Catalogue;
using Capns.Messaging;
using Capns.Messaging.Inbound;
using MassTransit;

namespace Capns.Discovery.Worker.Catalogue;

/// <summary>Hears that the catalogue has changed, and reads what it is now (platform spec 3.24).</summary>
/// <remarks>
/// What a tool is, is read from the registry's view: an event that comes twice, late or never changes nothing but the time of reading. Believed only from the platform's own
/// logins (platform spec 3.3, rule 8): anybody may publish to an event's exchange.
/// </remarks>
internal sealed class CatalogueConsumer(CatalogueWatch watch, BusSettings bus, ILogger<CatalogueConsumer> logger) : IConsumer<InboundEvent>
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

        await watch.RefreshAsync(context.CancellationToken);
        Log.CatalogueChanged(logger, tool!.ToolId, tool.Slug, tool.Version, inbound.EventName);
    }
}
