using Capns.Access.Rules;
using Capns.Registry.Worker.Persistence.Transactions;

namespace Capns.Registry.Worker.Access.Rules;

/// <summary>Looks at the rules' revision often enough that no caller has to wait for it.</summary>
/// <remarks>While PostgreSQL is away callers are told so; <see cref="AccessState"/> never answers by old rules.</remarks>
internal sealed partial class AccessWatch(AccessState state, TimeProvider time, ILogger<AccessWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await state.RefreshAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // That the database is away is told by others.
                if (DatabaseFaults.Of(exception) != DatabaseFault.Outage)
                {
                    LogFailed(exception);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(EventId = 3610, Level = LogLevel.Error, Message = "Rules of access could not be read")]
    private partial void LogFailed(Exception exception);
}
