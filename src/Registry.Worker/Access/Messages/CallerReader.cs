using Capns.Access.Messages;
using Capns.Messaging.Inbound;
using Capns.Registry.Worker.Persistence;

namespace Capns.Registry.Worker.Access.Messages;

/// <inheritdoc cref="ICallerReader"/>
internal sealed class CallerReader(MessageCallers callers) : ICallerReader
{
    public ValueTask<CallerReading> ReadAsync(InboundEvent inbound, RegistryDbContext db, CancellationToken cancellationToken) =>
        callers.ReadAsync(inbound, cancellationToken);
}
