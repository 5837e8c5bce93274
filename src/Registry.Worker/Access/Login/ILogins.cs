using Capns.Access;
using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Access.Login;

/// <summary>Finds out who somebody is by what they show over HTTP or a WebSocket. Thread-safe.</summary>
internal interface ILogins
{
    /// <summary>Checks a token or an API key; failures are limited and written to the audit log.</summary>
    /// <param name="credential">A JWT, or an API key (<c>capns_…</c>).</param>
    /// <param name="address">Of the caller.</param>
    /// <param name="requestId">For the audit log.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL is away.</exception>
    ValueTask<LoginReading> ReadAsync(string credential, string address, string? requestId, CancellationToken cancellationToken);
}

/// <summary>Who it is, or why nobody knows.</summary>
/// <param name="Caller">Absent: not accepted.</param>
/// <param name="Code">UNAUTHENTICATED, RATE_LIMITED or SERVICE_UNAVAILABLE.</param>
/// <param name="Message">For the caller; says nothing that helps guessing.</param>
/// <param name="RetryAfter">With RATE_LIMITED.</param>
internal readonly record struct LoginReading(Caller? Caller, ErrorCode? Code = null, string? Message = null, TimeSpan? RetryAfter = null);
