using Capns.Hosting.Postgres;

namespace Capns.Discovery.Worker.Rights;

/// <summary>Looks at the rules' revision often enough that no caller has to wait for it, and finds out when PostgreSQL is back.</summary>
internal sealed partial class RulesWatch(LastRules rules, TimeProvider time, ILogger<RulesWatch> logger) : BackgroundService
{
    /// <summary>Between two looks: one row.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await rules.RefreshAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // That PostgreSQL is away is told once, by LastRules.
                if (!DatabaseOutage.Is(exception))
                {
                    LogFailed(exception);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(EventId = 3072, Level = LogLevel.Error, Message = "The rules of access could not be read")]
    private partial void LogFailed(Exception exception);
}
