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
}
