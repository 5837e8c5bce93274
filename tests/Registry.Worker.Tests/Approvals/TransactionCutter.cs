using System.Collections.Concurrent;
using System.Data.Common;
using Capns.Registry.Worker.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Capns.Registry.Worker.Tests.Approvals;

/// <summary>How a transaction is cut off.</summary>
public enum Cut
{
    /// <summary>As kill -9 of the registry: nothing further of it happens, the message comes again.</summary>
    Crash,

    /// <summary>PostgreSQL closes the connection.</summary>
    ConnectionLost,
}

/// <summary>Cuts one watched transaction off at one of its steps: before a statement, before its commit, or right after it.</summary>
internal sealed class TransactionCutter : DbCommandInterceptor, IDbTransactionInterceptor
{
    private readonly ConcurrentDictionary<DbContextId, int> _watched = new();
    private int _at = -1;
    private Cut _how;

    /// <summary>True when the step that was asked for was there.</summary>
    public bool Happened { get; private set; }

    /// <summary>The next watched transaction that has so many steps is cut off at it.</summary>
    public void Arm(int step, Cut how)
    {
        _watched.Clear();
        (_how, Happened) = (how, false);
        Volatile.Write(ref _at, step);
    }

    public void Disarm() => Volatile.Write(ref _at, -1);

    /// <summary>Counts the steps of the transaction that this context has open.</summary>
    public void Watch(RegistryDbContext db) => _watched.TryAdd(db.ContextId, 0);

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        await StepAsync(eventData.Context, command.Connection);
        return result;
    }

    public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        await StepAsync(eventData.Context, command.Connection);
        return result;
    }

    public async ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        await StepAsync(eventData.Context, transaction.Connection);
        return result;
    }

    // The commit has happened, and nobody hears of it.
    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) =>
        StepAsync(eventData.Context, null);

    private async Task StepAsync(DbContext? context, DbConnection? connection)
    {
        if (context is null || !_watched.TryGetValue(context.ContextId, out var steps))
        {
            return;
        }

        _watched[context.ContextId] = steps + 1;
        if (Interlocked.CompareExchange(ref _at, -1, steps) != steps)
        {
            return;
        }

        Happened = true;
        if (_how == Cut.Crash)
        {
            throw new InvalidOperationException("The test ends this registry here.");
        }

        if (connection is not NpgsqlConnection { ProcessID: var process } open)
        {
            throw new NpgsqlException("The test closes the connection after the commit.", new IOException("closed"));
        }

        await using var other = new NpgsqlConnection(open.ConnectionString + ";Pooling=false;Password=" + Capns.Testing.ServerUrls.PostgreSql.UserInfo.Split(':').Last());
        await other.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_terminate_backend($1)", other) { Parameters = { new() { Value = process } } };
        await command.ExecuteNonQueryAsync();
    }
}
