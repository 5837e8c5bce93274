using Capns.Hosting;
using Capns.Hosting.Health;
using Capns.Hosting.Postgres;
using Npgsql;

namespace Capns.Discovery.Worker.Persistence;

/// <summary>Schema <c>discovery</c> in PostgreSQL, and the pool to it.</summary>
internal static class DiscoveryDatabase
{
    /// <summary>The files of this assembly.</summary>
    public static SqlMigrations Migrations { get; } =
        new(typeof(DiscoveryDatabase).Assembly, "discovery.schema_migrations", 0x4341504E5344); // "CAPNSD"

    /// <summary>Registers the pool and its health. The schema is there before any hosted service that is added later starts.</summary>
    /// <exception cref="Hosting.Configuration.SettingException">A setting cannot be used.</exception>
    public static void AddDatabase(this CapnsHostBuilder builder)
    {
        var settings = builder.AddPostgres();
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(Tuned(settings.ConnectionString)));
        builder.Services.AddSingleton<IHealthPart>(services => new PostgresPart(services.GetRequiredService<NpgsqlDataSource>()));
        builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<MigrationAtStart>(
            services, Migrations, services.GetRequiredService<NpgsqlDataSource>()));
    }

    /// <summary>Statements that come often are prepared by the driver.</summary>
    private static string Tuned(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        MaxAutoPrepare = 100,
        AutoPrepareMinUsages = 2,
        ApplicationName = "capns-discovery",
    }.ConnectionString;
}
