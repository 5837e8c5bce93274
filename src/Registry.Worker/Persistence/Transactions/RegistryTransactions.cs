using System.Data;
using Capns.Registry.Worker.Persistence.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Persistence.Transactions;

/// <summary>Runs work in one transaction, repeats it where that helps, and hands what it said to the dispatcher.</summary>
/// <remarks>
/// Races are repeated at once. While PostgreSQL is away the work is repeated without end: the message it comes from
/// stays unacknowledged, so it is neither lost nor dead-lettered (platform spec 3.11). Thread-safe.
/// </remarks>
internal sealed partial class RegistryTransactions(
    IDbContextFactory<RegistryDbContext> contexts,
    IOutboxHotPath hotPath,
    TimeProvider time,
    ILogger<RegistryTransactions> logger)
{
    /// <summary>A race that is lost this often is no race.</summary>
    private const int MaxRaces = 20;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly KeyedGate _gate = new();

    /// <summary>Runs <paramref name="work"/> and commits.</summary>
    /// <param name="key">What it is about; work on one key is done one after the other.</param>
    /// <param name="work">May be called several times, each time with a new transaction.</param>
    /// <param name="cancellationToken">Ends the waiting and the work.</param>
    /// <returns>False when the message had been handled before; then nothing was changed.</returns>
    public async Task<bool> RunAsync(Guid key, Func<RegistryTransaction, Task> work, CancellationToken cancellationToken)
    {
        var outages = 0;
        RegistryTransaction? unknown = null;
        for (var races = 0; ;)
        {
            RegistryTransaction? current = null;
            try
            {
                await TryAsync(key, work, unknown is not null, transaction => current = transaction, cancellationToken);
                await ReleaseAsync(unknown, cancellationToken);
                return true;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                switch (DatabaseFaults.Of(exception))
                {
                    case DatabaseFault.Duplicate:
                        await ReleaseAsync(unknown, cancellationToken);
                        return false;
                    case DatabaseFault.Race when ++races < MaxRaces:
                        break;
                    case DatabaseFault.Outage:
                        unknown = current ?? unknown;
                        await WaitAsync(++outages, exception, cancellationToken);
                        break;
                    default:
                        throw;
                }
            }
        }
    }

    /// <summary>One try. <paramref name="committing"/> is called when from now on the commit may have happened, whatever is thrown.</summary>
    private async Task TryAsync(
        Guid key, Func<RegistryTransaction, Task> work, bool mayBeDone, Action<RegistryTransaction> committing, CancellationToken cancellationToken)
    {
        using var turn = await _gate.EnterAsync(key, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // A failed save ends the whole transaction; a savepoint would only cost two round trips.
        db.Database.AutoSavepointsEnabled = false;
        await using var commit = await db.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var transaction = new RegistryTransaction(db, time.GetUtcNow(), hotPath.Lease, cancellationToken) { MayBeDone = mayBeDone };
        try
        {
            await work(transaction);
            await db.SaveChangesAsync(cancellationToken);
            committing(transaction);
            await commit.CommitAsync(cancellationToken);
        }
        finally
        {
            transaction.RunAtEnd();
        }

        transaction.RunAfterCommit();
        await hotPath.EnqueueAsync(transaction.Outbox);
    }

    /// <summary>If a commit whose answer was lost did happen, what it wanted to say is nobody's business yet: the sweep's.</summary>
    private async Task ReleaseAsync(RegistryTransaction? unknown, CancellationToken cancellationToken)
    {
        if (unknown is { Outbox.Count: > 0 })
        {
            await hotPath.ReleaseAsync(unknown.Outbox, cancellationToken);
        }
    }

    private async Task WaitAsync(int outages, Exception exception, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromMilliseconds(Math.Min(LongestPause.TotalMilliseconds, 50 * Math.Pow(2, Math.Min(outages, 10))));
        LogOutage(pause.TotalMilliseconds, outages, exception.GetBaseException().Message);
        await Task.Delay(pause, time, cancellationToken);
    }

    [LoggerMessage(EventId = 3101, Level = LogLevel.Warning, Message = "PostgreSQL is away; trying again in {PauseMs} ms (try {Try}): {Reason}")]
    private partial void LogOutage(double pauseMs, int @try, string reason);
}
