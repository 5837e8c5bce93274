using System.Data.Common;
using Capns.Hosting.Postgres;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Capns.Hosting.Tests.Postgres;

/// <summary>Numbered files, each once, through crashes (platform spec 9.1).</summary>
public sealed class SqlMigrationsTests
{
    private static readonly SqlMigrations Migrations = new(typeof(SqlMigrationsTests).Assembly, "own.migrations", 0x54455354);

    [ServersFact]
    public async Task Apply_AtOnceFromSeveralInstances_AppliesEachFileOnce()
    {
        await using var database = await DatabaseAsync(cuts: 0);
        var applied = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Migrations.ApplyAsync(database.Source, CancellationToken.None)));
        Assert.Equal(["0001_things.sql", "0002_ends.sql"], applied.SelectMany(names => names));
        Assert.Equal(2L, await database.ScalarAsync<long>("SELECT count(*) FROM own.migrations"));
    }

    [ServersFact]
    public async Task Apply_TheServerGoesAwayInBetween_IsAnOutageAndNothingElse()
    {
        await using var database = await DatabaseAsync(cuts: 1);
        var exception = await Assert.ThrowsAnyAsync<DbException>(() => Migrations.ApplyAsync(database.Source, CancellationToken.None));
        Assert.True(DatabaseOutage.Is(exception));
    }

    [ServersFact]
    public async Task Start_TheServerGoesAwayInBetween_GoesOnWhenItIsBack()
    {
        await using var database = await DatabaseAsync(cuts: 2);
        var time = new ManualTime();
        var start = new MigrationAtStart(Migrations, database.Source, time, NullLogger<MigrationAtStart>.Instance).StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return start.IsCompleted;
            },
            "the schema");
        await start;
        Assert.Equal(100, await database.ScalarAsync<int>("SELECT id FROM things"));
    }

    private static async Task<TestDatabase> DatabaseAsync(int cuts)
    {
        var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync($"CREATE SEQUENCE cut_count; CREATE TABLE cuts (left_over integer); INSERT INTO cuts VALUES ({cuts})");
        return database;
    }
}
