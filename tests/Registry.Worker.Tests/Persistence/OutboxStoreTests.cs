using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Outbox;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Testing;
using Npgsql;
using Xunit;

namespace Capns.Registry.Worker.Tests.Persistence;

public sealed class OutboxStoreTests
{
    [ServersFact]
    public async Task Settle_ConnectionsEndedByTheServer_IsRepeatedAndNoLeaseStays()
    {
        await using var database = await TestDatabase.CreateAsync();
        await Migrator.MigrateAsync(database.Source, CancellationToken.None);
        await using var store = new OutboxStore(database.ConnectionString, TimeProvider.System, OutboxSettings.Default);
        var (confirmed, unconfirmed) = (Guid.NewGuid(), Guid.NewGuid());
        await database.ExecuteAsync(
            "INSERT INTO outbox (id, seq, exchange, routing_key, ordering_key, body, properties, next_attempt_at, created_at) VALUES "
            + $"('{confirmed}', 1, '', 'q', 'k', '', '{{}}', now() + interval '1 hour', now()), ('{unconfirmed}', 2, '', 'q', 'k', '', '{{}}', now() + interval '1 hour', now())");
        // A connection stands in the pool; the server ends it.
        await store.ReleaseAsync([Guid.NewGuid()], CancellationToken.None);
        await database.CloseConnectionsAsync();

        await store.SettleAsync([confirmed], [unconfirmed], CancellationToken.None);

        Assert.Equal(unconfirmed, Assert.Single(await store.TakeAsync(10, CancellationToken.None)).Id);
    }

    [Fact]
    public void Outage_InsideWhatEntityFrameworkThrows_IsKnown()
    {
        var shutdown = new InvalidOperationException("likely due to a transient failure", new PostgresException("terminating", "FATAL", "FATAL", PostgresErrorCodes.AdminShutdown));
        var missing = new InvalidOperationException("x", new PostgresException("no table", "ERROR", "ERROR", PostgresErrorCodes.UndefinedTable));

        Assert.True(DatabaseFaults.IsOutage(shutdown));
        Assert.False(DatabaseFaults.IsOutage(missing));
    }
}
