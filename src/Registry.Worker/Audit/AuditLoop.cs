using Npgsql;

namespace Capns.Registry.Worker.Audit;

/// <summary>Seals twice a second.</summary>
internal sealed class AuditLoop(AuditSealer sealer, NpgsqlDataSource database, AuditOptions options, TimeProvider time, ILogger<AuditLoop> logger)
    : BackgroundService
{
    private readonly SemaphoreSlim _wake = new(0, 1);
    private volatile TaskCompletionSource _pass = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Seals now, so that who acts and then reads finds the act; waits for it at most this long.</summary>
    public async Task CatchUpAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        // What was committed stands in the log, or still here: mostly there is nothing to wait for.
        await using (var look = database.CreateCommand("SELECT EXISTS (SELECT 1 FROM audit_intake)"))
        {
            if (!(bool)(await look.ExecuteScalarAsync(cancellationToken))!)
            {
                return;
            }
        }

        // The pass that is under way may have looked already; the one after it has not.
        for (var passes = 0; passes < 2; passes++)
        {
            var pass = _pass.Task;
            Wake();
            try
            {
                await pass.WaitAsync(patience, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return;
            }
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _wake.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pass = _pass;
            try
            {
                while (await sealer.SealAsync(stoppingToken) == AuditSealer.BatchSize)
                {
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.SealingPaused(logger, exception);
            }

            _pass = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            pass.TrySetResult();
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            using var timer = time.CreateTimer(_ => Wake(), null, options.SealInterval, Timeout.InfiniteTimeSpan);
            await _wake.WaitAsync(stoppingToken);
        }
    }

    private void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (Exception exception) when (exception is SemaphoreFullException or ObjectDisposedException)
        {
            // It wakes already, or never again.
        }
    }
}
