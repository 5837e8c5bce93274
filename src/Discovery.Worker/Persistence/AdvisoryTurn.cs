using Npgsql;

namespace Capns.Discovery.Worker.Persistence;

/// <summary>An advisory lock of PostgreSQL, and the connection that holds it: work that one instance does at a time.</summary>
/// <remarks>
/// Who loses the connection loses the lock. What must not be written without it is written through <see cref="Connection"/>: then it
/// is not written.
/// </remarks>
internal sealed class AdvisoryTurn : IAsyncDisposable
{
    private readonly long _key;

    private AdvisoryTurn(NpgsqlConnection connection, long key) => (Connection, _key) = (connection, key);

    /// <summary>Holds the lock as long as it is open.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>Takes the lock if nobody has it.</summary>
    /// <returns>Null when somebody has.</returns>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public static async Task<AdvisoryTurn?> TryTakeAsync(NpgsqlDataSource database, long key, CancellationToken cancellationToken)
    {
        var turn = new AdvisoryTurn(await database.OpenConnectionAsync(cancellationToken), key);
        if (await turn.LockAsync("SELECT pg_try_advisory_lock($1)", cancellationToken))
        {
            return turn;
        }

        await turn.Connection.DisposeAsync();
        return null;
    }

    /// <summary>Waits for the lock, as long as it takes.</summary>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public static async Task<AdvisoryTurn> WaitAsync(NpgsqlDataSource database, long key, CancellationToken cancellationToken)
    {
        var turn = new AdvisoryTurn(await database.OpenConnectionAsync(cancellationToken), key);
        await turn.LockAsync("SELECT pg_advisory_lock($1) IS NOT NULL", cancellationToken);
        return turn;
    }

    /// <summary>Gives the lock back.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await using var command = Command("SELECT pg_advisory_unlock($1)");
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
        {
            // The lock went with the connection; what has broken it is told by who used it.
        }
        finally
        {
            await Connection.DisposeAsync();
        }
    }

    private async Task<bool> LockAsync(string sql, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = Command(sql);
            return await command.ExecuteScalarAsync(cancellationToken) is true;
        }
        catch
        {
            // Cancelled as the lock was given, the connection would take it along into the pool.
            await DisposeAsync();
            throw;
        }
    }

    private NpgsqlCommand Command(string sql)
    {
        // The constants above, never input. Without a limit of time: another instance may work for minutes.
#pragma warning disable CA2100
        return new NpgsqlCommand(sql, Connection) { CommandTimeout = 0, Parameters = { new NpgsqlParameter { Value = _key } } };
#pragma warning restore CA2100
    }
}
