using Capns.Discovery.Worker.Learning.Rules;
using Npgsql;

namespace Capns.Discovery.Worker.Learning;

/// <summary>Applies the rules of platform spec 7.3 to PostgreSQL: what one message teaches in one transaction, once. Thread-safe.</summary>
/// <remarks>
/// Transactions come one after the other, whichever instance sends them: each locks the row of <c>graph_state</c> first. One batch reads,
/// the rules reckon, one batch writes. Cancelled or cut off at any place it has changed nothing, and the message may come again.
/// </remarks>
internal sealed class LearningStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>First statement of every transaction that writes what was learned.</summary>
    internal const string Lock = "SELECT epoch FROM discovery.graph_state FOR UPDATE";

    /// <summary>Learns from an execution.</summary>
    /// <exception cref="System.Data.Common.DbException">The database is away, or refuses; nothing has changed, or everything.</exception>
    public Task<LearningResult> ApplyAsync(Observation observation, CancellationToken cancellationToken) =>
        WithinAsync(new ExecutionLesson(observation), cancellationToken);

    /// <summary>Learns from feedback.</summary>
    /// <exception cref="System.Data.Common.DbException">The database is away, or refuses; nothing has changed, or everything.</exception>
    public Task<LearningResult> ApplyAsync(Feedback feedback, CancellationToken cancellationToken) =>
        WithinAsync(new FeedbackLesson(feedback), cancellationToken);

    private async Task<LearningResult> WithinAsync(ILesson lesson, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var reader = new LearningReader(connection, transaction);
        var epoch = await reader.ReadAsync(lesson, cancellationToken);
        if (lesson.Refusal is { } refusal)
        {
            return refusal;
        }

        var writes = new LearningWrites(epoch + 1, time.GetUtcNow());
        lesson.Write(writes);
        if (lesson.Session is { NewPairs.Count: > 0 } or { FirstUses.Count: > 0 })
        {
            await UsedWithLesson.WriteAsync(reader, lesson.Session, lesson.At, writes, cancellationToken);
        }

        await writes.SendAsync(connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return LearningResult.Applied;
    }
}
