using Capns.Discovery.Worker.Persistence;
using Npgsql;

namespace Capns.Discovery.Worker.Graph.Projection;

/// <summary>Copies what was learned from PostgreSQL to a graph server, one projector at a time over all instances.</summary>
/// <remarks>
/// Whole entities, oldest mark first; a mark goes when nobody has renewed it meanwhile. Killed anywhere, the marks are still there and
/// everything is written again, with the same end. The advisory lock keeps projectors from doing the same work; that two of them do no
/// harm is kept by the marker (<see cref="GraphTexts"/>).
/// </remarks>
internal sealed partial class GraphProjector(
    GraphTruth truth, NpgsqlDataSource database, ICypherExecutor executor, ILogger<GraphProjector> logger)
{
    /// <summary>Entities of one batch.</summary>
    public const int BatchSize = 100;

    private const long LockKey = 0x4341504E534752; // "CAPNSGR"

    private readonly GraphWriter _writer = new(executor, Guid.CreateVersion7().ToString("N"));

    /// <summary>Copies until the graph is as far as the truth was when this looked last. Empties the graph first when it must be.</summary>
    /// <returns>False when another projector is at it.</returns>
    /// <exception cref="GraphAwayException">The server is away, or another projector has taken over.</exception>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<bool> ProjectAsync(CancellationToken cancellationToken)
    {
        await using var turn = await AdvisoryTurn.TryTakeAsync(database, LockKey, cancellationToken);
        if (turn is null)
        {
            return false;
        }

        if (await GraphMarker.ReadAsync(executor, cancellationToken) is null)
        {
            await _writer.PrepareAsync(cancellationToken);
        }

        var marker = await _writer.ClaimAsync(cancellationToken);
        if (marker.MustBeEmptied(await truth.StateAsync(cancellationToken)))
        {
            await EmptyAsync(cancellationToken);
        }

        await CopyAsync(turn.Connection, cancellationToken);
        return true;
    }

    private async Task EmptyAsync(CancellationToken cancellationToken)
    {
        LogEmptied(executor.Store);
        await _writer.ClearAsync(cancellationToken);
        var whole = await truth.MarkAllAsync(cancellationToken);
        await _writer.FillAsync(whole, cancellationToken);
    }

    private async Task CopyAsync(NpgsqlConnection turn, CancellationToken cancellationToken)
    {
        while (true)
        {
            var batch = await truth.BatchAsync(BatchSize, cancellationToken);
            await _writer.WriteAsync(batch.Facts, cancellationToken);
            // First the graph, then the truth: a graph that says less than the truth believes has lost something.
            await _writer.ReachAsync(batch.Reaches, cancellationToken);
            await GraphTruth.DoneAsync(turn, batch, cancellationToken);
            if (batch.Marks.Count < BatchSize)
            {
                return;
            }
        }
    }

    [LoggerMessage(
        EventId = 3020, Level = LogLevel.Information,
        Message = "The graph in {Store} is emptied and filled again from PostgreSQL")]
    private partial void LogEmptied(string store);
}
