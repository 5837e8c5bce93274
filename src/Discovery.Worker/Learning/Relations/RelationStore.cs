using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Discovery.Worker.Learning.Rules;
using Npgsql;

namespace Capns.Discovery.Worker.Learning.Relations;

/// <summary>Relations between tools that people set (platform spec 9.3). Thread-safe; one writer after the other.</summary>
internal sealed class RelationStore(NpgsqlDataSource database, TimeProvider time, ILogger<RelationStore> logger)
{
    /// <summary>The types that people may set; DEPENDS_ON is written as REQUIRES.</summary>
    public static readonly IReadOnlyList<string> Types = ["SIMILAR_TO", "ENHANCES", "REPLACES", "REQUIRES", "DEPENDS_ON"];

    private const string Put = """
        INSERT INTO discovery.graph_relations (from_id, type, to_id, strength, source, reason, metadata, updated_at)
        VALUES ($1, $2, $3, $4, 'manual', $5, $6::jsonb, $7)
        ON CONFLICT (from_id, type, to_id) DO UPDATE SET strength = excluded.strength, source = excluded.source, reason = excluded.reason,
            metadata = excluded.metadata, updated_at = excluded.updated_at
        """;

    /// <summary>Sets a relation; what stood there before is overwritten, but for what a definition says.</summary>
    /// <param name="from">A tool that the caller has found.</param>
    /// <param name="type">One of <see cref="Types"/>.</param>
    /// <param name="to">Another tool.</param>
    /// <param name="strength">0 to 1; of REQUIRES always 1.</param>
    /// <param name="reason">Text for people. Absent: none.</param>
    /// <param name="metadata">A JSON object that jsonb can hold. Absent: none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when it is set; else why not: INVALID_PARAMETERS, INVALID_REQUEST, DEPENDENCY_CYCLE.</returns>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<ErrorDetail?> PutAsync(
        Guid from, string type, Guid to, decimal strength, string? reason, JsonElement? metadata, CancellationToken cancellationToken)
    {
        if ((Mistake(from, type, to) ?? Mistake(strength)) is { } mistake)
        {
            return mistake;
        }

        var relation = Relation.Of(from, type, to);
        return await WithinAsync(
            relation,
            async (_, transaction, writes) =>
            {
                if (relation.Type == "REQUIRES"
                    && await DependencyPath.FindAsync(transaction, relation.To, relation.From, cancellationToken) is { } path)
                {
                    return Cycle(relation.From, path);
                }

                writes.Add(
                    Put, relation.From, relation.Type, relation.To, relation.Type == "REQUIRES" ? 1m : strength, reason, metadata?.GetRawText(),
                    writes.Now);
                return null;
            },
            "set",
            cancellationToken);
    }

    /// <summary>Removes a relation.</summary>
    /// <returns>Whether there was one; or why it stays: INVALID_PARAMETERS, INVALID_REQUEST.</returns>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<(bool Removed, ErrorDetail? Refusal)> DeleteAsync(Guid from, string type, Guid to, CancellationToken cancellationToken)
    {
        if (Mistake(from, type, to) is { } mistake)
        {
            return (false, mistake);
        }

        var relation = Relation.Of(from, type, to);
        var removed = false;
        var refusal = await WithinAsync(
            relation,
            (stands, _, writes) =>
            {
                removed = stands is not null;
                if (removed)
                {
                    writes.Add(
                        "DELETE FROM discovery.graph_relations WHERE from_id = $1 AND type = $2 AND to_id = $3",
                        relation.From, relation.Type, relation.To);
                }

                return Task.FromResult<ErrorDetail?>(null);
            },
            "removed",
            cancellationToken);
        return (removed, refusal);
    }

    private async Task<ErrorDetail?> WithinAsync(
        Relation relation, Func<string?, NpgsqlTransaction, LearningWrites, Task<ErrorDetail?>> change, string what, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (epoch, source) = await StandsAsync(connection, transaction, relation, cancellationToken);
        if (source == "definition")
        {
            return Refusals.Of(
                ErrorCodes.InvalidRequest,
                $"{relation.Type} from {relation.From} to {relation.To} is said by the tool's definition. Change it there.");
        }

        var writes = new LearningWrites(epoch + 1, time.GetUtcNow());
        writes.Tool(relation.From);
        writes.Tool(relation.To);
        if (await change(source, transaction, writes) is { } refusal)
        {
            return refusal;
        }

        if (!writes.IsEmpty)
        {
            await writes.SendAsync(connection, transaction, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            LearningLog.RelationChanged(logger, relation.Type, relation.From, relation.To, what);
        }

        return null;
    }

    private static async Task<(long Epoch, string? Source)> StandsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Relation relation, CancellationToken cancellationToken)
    {
        await using var answers = await new LearningReader(connection, transaction).AskAsync(
            [
                new NpgsqlBatchCommand(LearningStore.Lock),
                LearningWrites.Command(
                    "SELECT source FROM discovery.graph_relations WHERE from_id = $1 AND type = $2 AND to_id = $3",
                    relation.From, relation.Type, relation.To),
            ],
            cancellationToken);
        await answers.ReadAsync(cancellationToken);
        var epoch = answers.GetInt64(0);
        await answers.NextResultAsync(cancellationToken);
        return (epoch, await answers.ReadAsync(cancellationToken) ? answers.GetString(0) : null);
    }

    private static ErrorDetail? Mistake(Guid from, string type, Guid to) =>
        !Types.Contains(type, StringComparer.Ordinal)
            ? Refusals.Of(ErrorCodes.InvalidParameters, $"type must be one of {string.Join(", ", Types)}, but is \"{type}\".")
            : from == to ? Refusals.Of(ErrorCodes.InvalidParameters, $"A relation needs two tools, but both are {from}.") : null;

    private static ErrorDetail? Mistake(decimal strength) => strength is >= 0 and <= 1
        ? null
        : Refusals.Of(ErrorCodes.InvalidParameters, FormattableString.Invariant($"strength must be from 0 to 1, but is {strength}."));

    private static ErrorDetail Cycle(Guid from, IReadOnlyList<Guid> path) => Refusals.Of(
        ErrorCodes.DependencyCycle, $"The tools would require each other: {string.Join(" → ", new[] { from }.Concat(path))}.");
}
