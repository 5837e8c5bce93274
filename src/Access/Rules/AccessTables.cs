using System.Data;
using Capns.Access.Keys;
using Npgsql;

namespace Capns.Access.Rules;

/// <inheritdoc cref="IAccessTables"/>
internal sealed class AccessTables(NpgsqlDataSource database) : IAccessTables
{
    private const string Revision = "SELECT revision FROM access_revision";

    public async Task<long> RevisionAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await RevisionAsync(connection, cancellationToken);
    }

    public async Task<AccessSnapshot> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var moment = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var revision = await RevisionAsync(connection, cancellationToken);
        var grants = await ListAsync(
            connection,
            """
            SELECT id, subject_kind, subject_id, permission, tool_id, project_id, limits, granted_by, created_at, expires_at
            FROM permission_grants
            """,
            Grant, cancellationToken);
        var policies = await ListAsync(
            connection,
            """
            SELECT id, name, enabled, effect, match, reason, approvers, min_approvals, row_version, created_at, updated_at
            FROM policies WHERE enabled
            """,
            Policy, cancellationToken);
        var accounts = await ListAsync(
            connection,
            "SELECT id, name, amqp_user, client_id, roles, permissions, created_at FROM service_accounts",
            Account, cancellationToken);
        return new AccessSnapshot(revision, grants, policies.Select(policy => policy.ToRule()), accounts);
    }

    public async Task<ApiKey?> FindKeyAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            SELECT id, hash, owner_kind, owner_id, name, scopes, owner, owner_now, owner_seen_at, created_at, expires_at, last_used_at,
                revoked_at
            FROM api_keys WHERE id = $1
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Key(row) : null;
    }

    private static async Task<long> RevisionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Revision, connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<List<T>> ListAsync<T>(
        NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var list = new List<T>();
        while (await row.ReadAsync(cancellationToken))
        {
            list.Add(read(row));
        }

        return list;
    }

    private static Grant Grant(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        SubjectKind = row.GetString(1),
        SubjectId = row.GetString(2),
        Permission = row.GetString(3),
        ToolId = row.IsDBNull(4) ? null : row.GetGuid(4),
        ProjectId = Text(row, 5),
        Limits = Text(row, 6),
        GrantedBy = row.GetString(7),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(8),
        ExpiresAt = Time(row, 9),
    };

    private static Policy Policy(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Name = row.GetString(1),
        Enabled = row.GetBoolean(2),
        Effect = row.GetString(3),
        Match = row.GetString(4),
        Reason = row.GetString(5),
        Approvers = row.GetFieldValue<string[]>(6),
        MinApprovals = row.IsDBNull(7) ? null : row.GetInt32(7),
        RowVersion = row.GetInt64(8),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(9),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>(10),
    };

    private static ServiceAccount Account(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Name = row.GetString(1),
        AmqpUser = Text(row, 2),
        ClientId = Text(row, 3),
        Roles = row.GetFieldValue<string[]>(4),
        Permissions = row.GetFieldValue<string[]>(5),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(6),
    };

    private static ApiKey Key(NpgsqlDataReader row) => new()
    {
        Id = row.GetString(0),
        Hash = row.GetFieldValue<byte[]>(1),
        OwnerKind = CallerKinds.Read(row.GetString(2)),
        OwnerId = row.GetString(3),
        Name = row.GetString(4),
        Scopes = row.GetFieldValue<string[]>(5),
        Owner = row.GetString(6),
        OwnerNow = Text(row, 7),
        OwnerSeenAt = Time(row, 8),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(9),
        ExpiresAt = row.GetFieldValue<DateTimeOffset>(10),
        LastUsedAt = Time(row, 11),
        RevokedAt = Time(row, 12),
    };

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
