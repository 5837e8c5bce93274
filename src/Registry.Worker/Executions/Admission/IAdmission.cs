using Capns.Access;
using Capns.Messaging.Inbound;
using Capns.Registry.Worker.Persistence;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>The gates a request passes before anything runs (platform spec 5.4).</summary>
internal interface IAdmission
{
    /// <summary>Reads the request and checks every gate; the first refusal ends it. Never throws for what a caller did wrong.</summary>
    /// <param name="inbound">The request as it came.</param>
    /// <param name="db">For look-ups only; nothing is written.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    Task<AdmissionOutcome> AdmitAsync(InboundEvent inbound, RegistryDbContext db, CancellationToken cancellationToken);

    /// <summary>The same for somebody who is known already: over HTTP.</summary>
    /// <param name="inbound">The request as it came.</param>
    /// <param name="caller">Who sent it; ids in the body must be its own (platform spec 8.4).</param>
    /// <param name="db">For look-ups only; nothing is written.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    Task<AdmissionOutcome> AdmitAsync(InboundEvent inbound, Caller caller, RegistryDbContext db, CancellationToken cancellationToken);
}
