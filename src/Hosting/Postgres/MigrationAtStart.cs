using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Capns.Hosting.Postgres;

/// <summary>Brings the database to this build's schema before anything else starts; waits for PostgreSQL as long as it is away.</summary>
public sealed partial class MigrationAtStart(SqlMigrations migrations, DbDataSource database, TimeProvider time, ILogger<MigrationAtStart> logger) : IHostedService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                foreach (var name in await migrations.ApplyAsync(database, cancellationToken))
                {
                    LogMigrated(name);
                }

                return;
            }
            catch (Exception exception) when (DatabaseOutage.Is(exception))
            {
                LogWaiting(exception.Message);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 3131, Level = LogLevel.Information, Message = "Migration {Name} applied")]
    private partial void LogMigrated(string name);

    [LoggerMessage(EventId = 3132, Level = LogLevel.Warning, Message = "Waiting for PostgreSQL: {Reason}")]
    private partial void LogWaiting(string reason);
}
