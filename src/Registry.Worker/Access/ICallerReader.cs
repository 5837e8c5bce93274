using Capns.Access.Messages;
using Capns.Messaging.Inbound;
using Capns.Registry.Worker.Persistence;

namespace Capns.Registry.Worker.Access;

/// <summary>Finds out who sent a message (platform spec 8.4). Thread-safe.</summary>
internal interface ICallerReader
{
    /// <summary>A bad or expired token is refused and never falls through to a weaker proof.</summary>
    ValueTask<CallerReading> ReadAsync(InboundEvent inbound, RegistryDbContext db, CancellationToken cancellationToken);
}
