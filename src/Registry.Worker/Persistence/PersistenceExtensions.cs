using Capns.Hosting.Health;
using Capns.Hosting.Postgres;
using Capns.Registry.Worker.Persistence.DeadLetters;
using Capns.Registry.Worker.Persistence.Outbox;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Capns.Registry.Worker.Persistence;

/// <summary>Registers the database, transactions and the outbox.</summary>
internal static class PersistenceExtensions
{
    /// <summary>Requires <c>AddCapnsMessaging</c>. The schema is migrated before any other hosted service that is added later starts.</summary>
    /// <param name="services">The container.</param>
    /// <param name="connectionString">For Npgsql.</param>
    /// <param name="outbox">Absent: <see cref="OutboxSettings.Default"/>.</param>
    public static IServiceCollection AddPersistence(this IServiceCollection services, string connectionString, OutboxSettings? outbox = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(outbox ?? OutboxSettings.Default);
        services.TryAddSingleton(NpgsqlDataSource.Create(Tuned(connectionString)));
        services.AddPooledDbContextFactory<RegistryDbContext>((provider, options) => options
            .UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>())
            // Lost races and second deliveries are handled, not errors; what is one is thrown and logged by who catches it.
            .ConfigureWarnings(warnings => warnings.Log(
                (CoreEventId.SaveChangesFailed, LogLevel.Debug), (RelationalEventId.CommandError, LogLevel.Debug))));
        services.TryAddSingleton(provider => new OutboxStore(connectionString, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<OutboxSettings>()));
        services.TryAddSingleton<OutboxDispatcher>();
        services.TryAddSingleton<IOutboxHotPath>(provider => provider.GetRequiredService<OutboxDispatcher>());
        services.TryAddSingleton<RegistryTransactions>();
        services.AddSingleton<IHealthPart>(provider => new PostgresPart(provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<MigrationAtStart>(
            provider, Migrator.Migrations, provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddHostedService(provider => provider.GetRequiredService<OutboxDispatcher>());
        services.AddHostedService<OutboxSweep>();
        services.AddHostedService<DeadLetterShelf>();
        services.AddHostedService<Housekeeping>();
        return services;
    }

    /// <summary>Statements that come often are prepared by the driver; a pool as large as the consumers' concurrency.</summary>
    private static string Tuned(string connectionString)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 200, AutoPrepareMinUsages = 2, ApplicationName = "capns-registry" };
        given.MaxPoolSize = Math.Min(given.MaxPoolSize, 40);
        return given.ConnectionString;
    }
}
