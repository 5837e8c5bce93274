using Capns.Hosting.Postgres;

namespace Capns.Discovery.Worker.Learning;

/// <summary>Keeps this instance's copy of what tools' runs have told current: as soon as the epoch has moved.</summary>
/// <remarks>While PostgreSQL is away the last state stays, and questions are answered from it.</remarks>
internal sealed class FactsWatch(ToolFactsReader reader, TimeProvider time, ILogger<FactsWatch> logger) : BackgroundService
{
    /// <summary>How often the epoch is looked at: one row.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _one = new(1, 1);
    private ToolFactsSnapshot _current = ToolFactsSnapshot.Empty;
    private bool _away;

    /// <summary>What is known now; empty before the first refresh.</summary>
    public ToolFactsSnapshot Current => Volatile.Read(ref _current);

    /// <summary>Takes over what was committed before the call.</summary>
    /// <exception cref="System.Data.Common.DbException">The database is away.</exception>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            Volatile.Write(ref _current, await reader.ReadAsync(_current, cancellationToken));
        }
        finally
        {
            _one.Release();
        }
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await TryRefreshAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryRefreshAsync(stoppingToken);
        }
    }

    private async Task TryRefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RefreshAsync(cancellationToken);
            _away = false;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A bug is told each time; that the database is away is told once.
            if (!DatabaseOutage.Is(exception))
            {
                LearningLog.FactsFailed(logger, exception);
            }
            else if (!_away)
            {
                _away = true;
                LearningLog.FactsAway(logger, exception.GetBaseException().Message);
            }
        }
    }
}
