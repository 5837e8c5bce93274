using Capns.Messaging.Inbound;
using Capns.Messaging.Tracing;
using MassTransit;

namespace Capns.Messaging.Endpoints;

/// <summary>Runs the handler inside a consumer span under the sender's.</summary>
internal sealed class ConsumeSpanFilter(string queue) : IFilter<ConsumeContext>
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("capns-span");

    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        var (parent, state) = context.TryGetMessage<InboundEvent>(out var inbound)
            ? (inbound.Message.TraceParent, inbound.Message.TraceState)
            : (Header(context, "traceparent"), Header(context, "tracestate"));
        using var activity = TraceContext.Consume(queue, parent, state);
        activity?.SetTag("messaging.system", "rabbitmq");
        activity?.SetTag("messaging.destination.name", queue);
        activity?.SetTag("messaging.message.id", context.MessageId?.ToString());
        await next.Send(context);
    }

    private static string? Header(ConsumeContext context, string name) =>
        context.ReceiveContext.TransportHeaders.TryGetHeader(name, out var value) ? value as string : null;
}
