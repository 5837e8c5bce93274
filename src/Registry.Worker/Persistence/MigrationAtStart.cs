using Capns.Registry.Worker.Persistence.Transactions;
using Npgsql;

namespace Capns.Registry.Worker.Persistence;

/// <summary>Brings the database to this build's schema before anything else starts; waits for PostgreSQL as long as it is away.</summary>
internal sealed partial class MigrationAtStart(NpgsqlDataSource database, TimeProvider time, ILogger<MigrationAtStart> logger) : IHostedService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                foreach (var name in await Migrator.MigrateAsync(database, cancellationToken))
                {
                    LogMigrated(name);
                }

                return;
            }
            catch (Exception exception) when (DatabaseFaults.Of(exception) == DatabaseFault.Outage)
            {
                LogWaiting(exception.Message);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 3131, Level = LogLevel.Information, Message = "Migration {Name} applied")]
    private partial void LogMigrated(string name);

    [LoggerMessage(EventId = 3132, Level = LogLevel.Warning, Message = "Waiting for PostgreSQL: {Reason}")]
    private partial void LogWaiting(string reason);
}
