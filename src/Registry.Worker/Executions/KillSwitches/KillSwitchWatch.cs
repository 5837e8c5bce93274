using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Executions.KillSwitches;

/// <summary>Keeps the board current: read before the worker serves anybody, then four times a second, and at once when told (platform spec 5.11).</summary>
/// <remarks>While a switch of mode <c>stop</c> is set it also marks executions that were stored while the switch was being set.</remarks>
internal sealed partial class KillSwitchWatch(
    KillSwitchBoard board, KillSwitchStore store, IDbContextFactory<RegistryDbContext> contexts, TimeProvider time, ILogger<KillSwitchWatch> logger) : BackgroundService
{
    /// <summary>A switch is known everywhere within 1 s also when the signal is lost.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Reads the switches, and marks what they have to end.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        board.All = await KillSwitchStore.ReadAsync(db, cancellationToken);
        if (board.All.Any(set => set.Mode == "stop") && await store.MarkAsync(cancellationToken) is > 0 and var marked)
        {
            LogMarked(marked);
        }
    }

    /// <summary>Returns when the switches are known; waits for PostgreSQL as long as it is away.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        while (!await TryRefreshAsync(cancellationToken))
        {
            await Task.Delay(Pause, time, cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryRefreshAsync(stoppingToken);
        }
    }

    private async Task<bool> TryRefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RefreshAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The last known switches stay; nothing can be admitted without the database anyway.
            if (DatabaseFaults.Of(exception) != DatabaseFault.Outage)
            {
                LogFailed(exception);
            }

            return false;
        }
    }

    [LoggerMessage(EventId = 3410, Level = LogLevel.Warning, Message = "A kill switch ends {Count} executions")]
    private partial void LogMarked(int count);

    [LoggerMessage(EventId = 3411, Level = LogLevel.Error, Message = "The kill switches could not be read and stay as they are")]
    private partial void LogFailed(Exception exception);
}
