using Capns.Contracts.Executions;
using Capns.Messaging.Inbound;

namespace Capns.Discovery.Worker.Rights;

/// <summary>Finds out who asks, and what they may run (platform spec 8.1 to 8.4). Thread-safe.</summary>
internal interface ICallerRights
{
    /// <summary>A bad login is refused and never falls through to a weaker proof.</summary>
    /// <param name="inbound">The request.</param>
    /// <param name="userId">As its body says. Absent: it names none.</param>
    /// <param name="agentId">As its body says. Absent: it names none.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    /// <exception cref="Npgsql.NpgsqlException">
    /// PostgreSQL is away, and the rules were never read, or so long ago that they do not count any more: the request has to wait.
    /// </exception>
    ValueTask<RightsReading> ReadAsync(InboundEvent inbound, string? userId, string? agentId, CancellationToken cancellationToken);
}

/// <summary>Exactly one of the two.</summary>
/// <param name="Rights">What the caller may run.</param>
/// <param name="Refusal">UNAUTHENTICATED, INSUFFICIENT_PERMISSIONS or SERVICE_UNAVAILABLE, with a sentence for the caller.</param>
internal readonly record struct RightsReading(RightsFilter? Rights, ErrorDetail? Refusal);
