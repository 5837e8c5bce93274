using Capns.Discovery.Worker.Graph.Reading;
using Capns.Hosting.Postgres;

namespace Capns.Discovery.Worker.Graph.Projection;

/// <summary>
/// Looks every <see cref="Interval"/> how far truth and graph are, tells readers whether the graph can answer, and has it brought up to
/// date.
/// </summary>
/// <remarks>While the graph server is away it is asked less and less often, up to every <see cref="LongestPause"/>.</remarks>
internal sealed partial class GraphWatch(
    GraphTruth truth,
    GraphStores stores,
    GraphStatus status,
    GraphSettings settings,
    IServiceProvider services,
    TimeProvider time,
    ILogger<GraphWatch> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan TruthPatience = TimeSpan.FromSeconds(1);

    private TimeSpan _pause = Interval;
    private bool _away;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var conflict in settings.Conflicts)
        {
            LogConflict(conflict);
        }

        // A copy of many things takes a while; whether the server answers must be known meanwhile.
        await Task.WhenAll(
            RepeatAsync(LookAsync, stoppingToken),
            stores.Executor is null ? Task.CompletedTask : RepeatAsync(CopyAsync, stoppingToken));
    }

    private async Task RepeatAsync(Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await work(stoppingToken);
            await Task.Delay(_pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TruthPatience);
        try
        {
            var state = await truth.StateAsync(limit.Token);
            status.Truth(state.Epoch, state.Projected, time.GetTimestamp());
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // That PostgreSQL is away is told by who needs it; the graph server may still answer.
            status.TruthLetDown();
            if (!DatabaseOutage.Is(exception) && exception is not OperationCanceledException)
            {
                LogFailed(exception);
            }
        }

        if (stores.Executor is { } executor)
        {
            await LookAtServerAsync(executor, cancellationToken);
        }
    }

    private async Task LookAtServerAsync(ICypherExecutor executor, CancellationToken cancellationToken)
    {
        try
        {
            await stores.CheckEchoAsync(cancellationToken);
            var marker = await GraphMarker.ReadAsync(executor, cancellationToken);
            status.Answered(marker is { IsReady: true }, marker?.Epoch ?? 0);
            _pause = Interval;
            if (_away)
            {
                _away = false;
                LogBack(executor.Store);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            status.LetDown();
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
            if (exception is not GraphAwayException)
            {
                LogFailed(exception);
            }
            else if (!_away)
            {
                _away = true;
                LogAway(exception.Message);
            }
        }
    }

    private async Task CopyAsync(CancellationToken cancellationToken)
    {
        if (_away)
        {
            return;
        }

        try
        {
            // Nothing is written to a server that is not to be used.
            await stores.CheckEchoAsync(cancellationToken);
            var state = await truth.StateAsync(cancellationToken);
            var marker = await GraphMarker.ReadAsync(stores.Executor!, cancellationToken);
            if (marker is null || state.Projected < state.Epoch || !marker.IsReady || marker.MustBeEmptied(state))
            {
                await services.GetRequiredService<GraphProjector>().ProjectAsync(cancellationToken);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (exception is not GraphAwayException && !DatabaseOutage.Is(exception))
            {
                LogFailed(exception);
            }
        }
    }

    [LoggerMessage(
        EventId = 3022, Level = LogLevel.Warning,
        Message = "The graph server is not asked, PostgreSQL answers instead: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(EventId = 3023, Level = LogLevel.Information, Message = "The graph server {Store} answers again")]
    private partial void LogBack(string store);

    [LoggerMessage(
        EventId = 3024, Level = LogLevel.Error,
        Message = "The graph could not be looked at or brought up to date; it is tried again")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(EventId = 3025, Level = LogLevel.Warning, Message = "Settings contradict each other: {Conflict}")]
    private partial void LogConflict(string conflict);
}
