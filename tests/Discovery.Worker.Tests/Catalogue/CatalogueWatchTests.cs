using Capns.Discovery.Worker.Catalogue;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Catalogue;

/// <summary>An instance's copy of the catalogue, over what happens to PostgreSQL.</summary>
public sealed class CatalogueWatchTests
{
    private readonly ManualTime _time = new();

    [ServersFact]
    public async Task Start_BeforeTheRegistryHasMadeItsViews_WaitsForThem()
    {
        await using var catalogue = await TestCatalogue.CreateAsync();
        await catalogue.PutAsync(Example.Tool("one"));
        await catalogue.Database.ExecuteAsync("ALTER SCHEMA catalogue RENAME TO not_yet");
        using var watch = Watch(catalogue);

        var start = watch.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => _time.WaitingTimers > 0, "the watch to wait");
        Assert.False(start.IsCompleted);
        await catalogue.Database.ExecuteAsync("ALTER SCHEMA not_yet RENAME TO catalogue");
        await AdvanceUntilAsync(() => start.IsCompleted, "the start");

        await start;
        Assert.Single(watch.Current.Tools);
        await watch.StopAsync(CancellationToken.None);
    }

    [ServersFact]
    public async Task Current_WhileTheDatabaseIsAway_StaysAndComesBack()
    {
        await using var catalogue = await TestCatalogue.CreateAsync();
        await catalogue.PutAsync(Example.Tool("one"));
        using var watch = Watch(catalogue);
        await watch.StartAsync(CancellationToken.None);

        await catalogue.Database.CloseConnectionsAsync();
        _time.Advance(CatalogueWatch.Interval);
        Assert.NotNull(watch.Current.Find("one"));
        await Eventually.TrueAsync(() => TryPutAsync(catalogue), "the database to be back");
        await AdvanceUntilAsync(() => watch.Current.Find("two") is not null, "the new tool");
        await watch.StopAsync(CancellationToken.None);
    }

    [ServersFact]
    public async Task Followers_ThatFail_AreToldAgainAndTheOldStateStaysUntilThen()
    {
        await using var catalogue = await TestCatalogue.CreateAsync();
        await catalogue.PutAsync(Example.Tool("one"));
        var follower = new FailingOnce();
        using var watch = Watch(catalogue, follower);

        await Assert.ThrowsAsync<InvalidOperationException>(() => watch.RefreshAsync(CancellationToken.None));
        Assert.Empty(watch.Current.Tools);
        Assert.True(await watch.RefreshAsync(CancellationToken.None));

        Assert.Equal(2, follower.Told);
        Assert.Single(watch.Current.Tools);
        Assert.False(await watch.RefreshAsync(CancellationToken.None));
    }

    private static async Task<bool> TryPutAsync(TestCatalogue catalogue)
    {
        try
        {
            await catalogue.PutAsync(Example.Tool("two"));
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private Task AdvanceUntilAsync(Func<bool> happened, string what) => Eventually.TrueAsync(
        () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return happened();
        },
        what);

    private CatalogueWatch Watch(TestCatalogue catalogue, params ICatalogueFollower[] followers) =>
        new(new CatalogueReader(catalogue.Source), followers, _time, NullLogger<CatalogueWatch>.Instance);

    private sealed class FailingOnce : ICatalogueFollower
    {
        public int Told { get; private set; }

        public Task FollowAsync(CatalogueChange change, CancellationToken cancellationToken) =>
            ++Told == 1 ? throw new InvalidOperationException("once") : Task.CompletedTask;
    }
}
