using Capns.Access.Keys;

namespace Capns.Access.Rules;

/// <summary>The rules by which a worker judges, and the keys that go with them. Thread-safe.</summary>
internal interface IAccessRules
{
    /// <summary>The rules that count now; how old they may be is the worker's to say.</summary>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL is away: nobody can say who may do what.</exception>
    ValueTask<AccessSnapshot> CurrentAsync(CancellationToken cancellationToken);

    /// <summary>A key's row; null when there is none.</summary>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL is away.</exception>
    ValueTask<ApiKey?> FindKeyAsync(string id, CancellationToken cancellationToken);
}
