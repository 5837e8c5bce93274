using Capns.Hosting.Postgres;
using Npgsql;

namespace Capns.Registry.Worker.Persistence;

/// <summary>Brings the database to this build's schema (platform spec 9.1).</summary>
internal static class Migrator
{
    /// <summary>The files of this assembly.</summary>
    public static SqlMigrations Migrations { get; } = new(typeof(Migrator).Assembly, "schema_migrations", 0x4341504E53); // "CAPNS"

    /// <inheritdoc cref="SqlMigrations.ApplyAsync"/>
    public static Task<IReadOnlyList<string>> MigrateAsync(NpgsqlDataSource source, CancellationToken cancellationToken) =>
        Migrations.ApplyAsync(source, cancellationToken);
}
