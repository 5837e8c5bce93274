using Capns.Access.Keys;

namespace Capns.Access.Rules;

/// <summary>
/// The registry's tables of rules and keys (platform spec 9.1: <c>service_accounts</c>, <c>permission_grants</c>, <c>policies</c>,
/// <c>api_keys</c>, <c>access_revision</c>), to be read only. Thread-safe.
/// </summary>
/// <remarks>Every method throws an <see cref="Npgsql.NpgsqlException"/> when PostgreSQL is away.</remarks>
internal interface IAccessTables
{
    /// <summary>Counts the changes: the same number, the same rules.</summary>
    Task<long> RevisionAsync(CancellationToken cancellationToken);

    /// <summary>All rules as of one moment.</summary>
    Task<AccessSnapshot> ReadAsync(CancellationToken cancellationToken);

    /// <summary>A key's row; null when there is none.</summary>
    Task<ApiKey?> FindKeyAsync(string id, CancellationToken cancellationToken);
}
