using System.Data;
using System.Data.Common;
using System.Reflection;

namespace Capns.Hosting.Postgres;

/// <summary>Brings a database to a worker's schema: numbered SQL files, forward only, each once, under an advisory lock (platform spec 9.1).</summary>
/// <param name="Files">Holds the files as embedded resources <c>NNNN_name.sql</c>; applied in the order of their names.</param>
/// <param name="Table">Table of what was applied; a schema in front of it is made when it is missing.</param>
/// <param name="LockKey">The same for every instance of a worker, another for every worker.</param>
public sealed record SqlMigrations(Assembly Files, string Table, long LockKey)
{
    /// <summary>Applies what has not been applied. Instances that start together wait for each other.</summary>
    /// <returns>Names of the files that were applied now, in order.</returns>
    /// <exception cref="DbException">The database is away, or a file cannot be applied.</exception>
    public async Task<IReadOnlyList<string>> ApplyAsync(DbDataSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({LockKey})", cancellationToken);
        try
        {
            if (Table.Split('.') is [var schema, _])
            {
                await ExecuteAsync(connection, $"CREATE SCHEMA IF NOT EXISTS {schema}", cancellationToken);
            }

            await ExecuteAsync(
                connection,
                $"CREATE TABLE IF NOT EXISTS {Table} (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())",
                cancellationToken);
            var applied = await AppliedAsync(connection, cancellationToken);
            var now = new List<string>();
            foreach (var name in Names().Where(name => !applied.Contains(name)))
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await ExecuteAsync(connection, await ReadAsync(name, cancellationToken), cancellationToken);
                await MarkAsync(connection, name, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                now.Add(name);
            }

            return now;
        }
        finally
        {
            // A connection that was lost holds no lock, and to ask it would hide why it was lost.
            if (connection.State == ConnectionState.Open)
            {
                await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
            }
        }
    }

    private IEnumerable<string> Names() =>
        Files.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private async Task<string> ReadAsync(string name, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(Files.GetManifestResourceStream(name)!);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private async Task<HashSet<string>> AppliedAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, $"SELECT name FROM {Table}");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    private async Task MarkAsync(DbConnection connection, string name, CancellationToken cancellationToken)
    {
        await using var mark = Command(connection, $"INSERT INTO {Table} (name) VALUES (@name)");
        var parameter = mark.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("name", name);
        mark.Parameters.Add(parameter);
        await mark.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(DbConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static DbCommand Command(DbConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        // Names of tables and files of a worker's assembly, never input.
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}
