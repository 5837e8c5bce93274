using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Catalogue;
using Capns.Contracts.Json;
using Capns.Messaging.Topology;
using Npgsql;

namespace Capns.Discovery.Worker.Catalogue;

/// <summary>Schema <c>discovery</c> in PostgreSQL: the tools this worker has heard of. Thread-safe; several instances may share it.</summary>
/// <remarks>Each fact keeps the time of the event that told it, so that events may come twice and in any order.</remarks>
internal sealed class CatalogueStore(NpgsqlDataSource source) : IDisposable
{
    /// <summary>Any constant will do, as long as every instance takes the same.</summary>
    private const long LockKey = 0x4341504E5344; // "CAPNSD"

    private const string Schema = """
        CREATE SCHEMA IF NOT EXISTS discovery;
        CREATE SEQUENCE IF NOT EXISTS discovery.epoch;
        CREATE TABLE IF NOT EXISTS discovery.tools (
            id text PRIMARY KEY,
            slug text NOT NULL,
            name text NOT NULL,
            version text NOT NULL,
            category text NOT NULL,
            level text NOT NULL,
            described_at timestamptz NOT NULL,
            removed boolean NOT NULL DEFAULT false,
            removed_at timestamptz NOT NULL DEFAULT '-infinity',
            enabled boolean NOT NULL DEFAULT true,
            enabled_at timestamptz NOT NULL DEFAULT '-infinity',
            deprecated boolean NOT NULL DEFAULT false,
            deprecated_at timestamptz NOT NULL DEFAULT '-infinity',
            epoch bigint NOT NULL DEFAULT nextval('discovery.epoch'));
        CREATE INDEX IF NOT EXISTS tools_slug ON discovery.tools (slug);
        CREATE INDEX IF NOT EXISTS tools_name ON discovery.tools (name);
        """;

    private const string Describe = """
        INSERT INTO discovery.tools (id, slug, name, version, category, level, described_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name, version = excluded.version,
            category = excluded.category, level = excluded.level, described_at = excluded.described_at, epoch = excluded.epoch
        WHERE tools.described_at <= excluded.described_at
        """;

    private const string Select = """
        SELECT id, slug, name, version, category, level, deprecated FROM discovery.tools
        WHERE enabled AND NOT removed AND (id = $1 OR slug = $2 OR slug = $3 OR name = $3)
        ORDER BY (id = $1 OR slug = $2) DESC, slug = $3 DESC, name, id
        LIMIT 200
        """;

    private readonly SemaphoreSlim _one = new(1, 1);
    private bool _created;

    /// <summary>Takes in one event of the catalogue.</summary>
    /// <param name="eventName">One of <see cref="EventNames.Catalogue"/>; others change the description only.</param>
    /// <param name="tool">Its payload.</param>
    /// <param name="cancellationToken">Ends the wait; the event may or may not have been taken in.</param>
    /// <exception cref="NpgsqlException">The database is away, or refuses.</exception>
    public async Task ApplyAsync(string eventName, ToolRegistered tool, CancellationToken cancellationToken)
    {
        await EnsureAsync(cancellationToken);
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(Command(
            Describe,
            Id(tool.ToolId), tool.Slug, tool.Name, tool.Version, tool.Category, Word(tool.SecurityLevel), tool.Timestamp.ToUniversalTime()));
        if (Flag(eventName) is { } flag)
        {
            batch.BatchCommands.Add(Command(
                $"""
                UPDATE discovery.tools SET {flag.Column} = $2, {flag.Column}_at = $3, epoch = nextval('discovery.epoch')
                WHERE id = $1 AND {flag.Column}_at <= $3
                """,
                Id(tool.ToolId), flag.Value, tool.Timestamp.ToUniversalTime()));
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The tools that are enabled and have this id or slug, or are called so; at most 200, those found by id first.</summary>
    /// <param name="idOrSlug">Uuid in any case, or slug; null: not looked for.</param>
    /// <param name="words">Slug or name; null: not looked for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NpgsqlException">The database is away, or refuses.</exception>
    public async Task<IReadOnlyList<CatalogueTool>> FindAsync(string? idOrSlug, string? words, CancellationToken cancellationToken)
    {
        await EnsureAsync(cancellationToken);
        await using var command = source.CreateCommand(Select);
        foreach (var value in new[] { idOrSlug is null ? null : Id(idOrSlug), idOrSlug, words })
        {
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tools = new List<CatalogueTool>();
        while (await reader.ReadAsync(cancellationToken))
        {
            tools.Add(new CatalogueTool(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), Level(reader.GetString(5)), reader.GetBoolean(6)));
        }

        return tools;
    }

    /// <summary>Number of the latest change; 0 before the first.</summary>
    /// <exception cref="NpgsqlException">The database is away, or refuses.</exception>
    public async Task<long> EpochAsync(CancellationToken cancellationToken)
    {
        await EnsureAsync(cancellationToken);
        await using var command = source.CreateCommand("SELECT coalesce(max(epoch), 0) FROM discovery.tools");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public void Dispose() => _one.Dispose();

    /// <summary>At first use, not at start: the worker starts while the database is away.</summary>
    private async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _created))
        {
            return;
        }

        await _one.WaitAsync(cancellationToken);
        try
        {
            if (!_created)
            {
                await CreateAsync(cancellationToken);
                Volatile.Write(ref _created, true);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // "IF NOT EXISTS" alone fails when two instances create at once.
        await using (var wait = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({LockKey})", connection, transaction))
        {
            await wait.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var create = new NpgsqlCommand(Schema, connection, transaction))
        {
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static (string Column, bool Value)? Flag(string eventName) => eventName switch
    {
        EventNames.ToolRegistered => ("removed", false),
        EventNames.ToolUnregistered => ("removed", true),
        EventNames.ToolEnabled => ("enabled", true),
        EventNames.ToolDisabled => ("enabled", false),
        EventNames.ToolDeprecated => ("deprecated", true),
        _ => null,
    };

    private static NpgsqlBatchCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private static string Id(string text) => Guid.TryParse(text, out var id) ? id.ToString() : text;

    private static string Word(SecurityLevel level) => JsonSerializer.SerializeToElement(level, WireJson.Options).GetString()!;

    private static SecurityLevel Level(string word) => JsonSerializer.SerializeToElement(word).Deserialize<SecurityLevel>(WireJson.Options);
}
