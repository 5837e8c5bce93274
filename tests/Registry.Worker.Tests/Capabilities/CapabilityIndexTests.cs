using System.Text.Json.Nodes;
using Capns.Core.Dispatch;
using Capns.Core.Urns;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Capns.Registry.Worker.Tests.Capabilities;

public sealed class CapabilityIndexTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>
{
    [ServersFact]
    public async Task Registration_OfATool_IsKnownToThisInstanceAtOnce()
    {
        await PublishAsync("at-once", "cap:in;op=at_once;out");

        Assert.Equal("at-once", Best(fixture.Capabilities, "cap:op=at_once"));
    }

    [ServersTheory]
    [InlineData("is_enabled = false", "is disabled")]
    [InlineData("maintenance_status = 'maintenance'", "is in maintenance")]
    [InlineData("archived_at = now()", null)]
    public async Task Refresh_ToolIsSwitchedOffByAnotherInstance_IsNoProviderAnyMore(string change, string? reason)
    {
        var slug = $"off-{change[..2]}{change.Length}";
        await PublishAsync(slug, $"cap:in;op={slug};out");
        using var other = Other();
        Assert.True(await other.RefreshAsync(CancellationToken.None));
        Assert.Equal(slug, Best(other, $"cap:op={slug}"));

        await fixture.Database.ExecuteAsync($"UPDATE tools SET {change} WHERE slug = '{slug}'");

        Assert.True(await other.RefreshAsync(CancellationToken.None));
        Assert.Null(Best(other, $"cap:op={slug}"));
        Assert.Equal(reason, other.Current.FindUnavailable(CapUrn.ParseRequest($"cap:op={slug}")).SingleOrDefault()?.Tool.Unavailable);
    }

    [ServersFact]
    public async Task Refresh_OnlyStatisticsHaveChanged_ReadsNothing()
    {
        await PublishAsync("counted", "cap:in;op=counted;out");
        using var other = Other();
        await other.RefreshAsync(CancellationToken.None);
        var before = other.Current;

        await fixture.Database.ExecuteAsync("UPDATE tools SET total_executions = total_executions + 1, last_used_at = now()");

        Assert.False(await other.RefreshAsync(CancellationToken.None));
        Assert.Same(before, other.Current);
    }

    [ServersFact]
    public async Task Refresh_OrderOfProviders_IsThatOfRegistrationAlsoAfterOneWasOff()
    {
        foreach (var slug in new[] { "order-b", "order-a" })
        {
            await PublishAsync(slug, "cap:in;op=order;out");
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
        }

        using var other = Other();
        await other.RefreshAsync(CancellationToken.None);
        Assert.Equal("order-b", Best(other, "cap:op=order"));

        await fixture.Database.ExecuteAsync("UPDATE tools SET is_enabled = false WHERE slug = 'order-b'");
        await other.RefreshAsync(CancellationToken.None);
        Assert.Equal("order-a", Best(other, "cap:op=order"));

        await fixture.Database.ExecuteAsync("UPDATE tools SET is_enabled = true WHERE slug = 'order-b'");
        await other.RefreshAsync(CancellationToken.None);
        Assert.Equal("order-b", Best(other, "cap:op=order"));
    }

    [ServersFact]
    public async Task Refresh_OneToolOfManyHasChanged_ReadsThatOneOnly()
    {
        foreach (var slug in new[] { "many-a", "many-b", "many-c" })
        {
            await PublishAsync(slug, $"cap:in;op={slug[^1]}_of_many;out");
        }

        using var other = Other();
        await other.RefreshAsync(CancellationToken.None);
        var before = other.Current;

        await fixture.Database.ExecuteAsync("UPDATE tools SET is_enabled = false WHERE slug = 'many-b'");
        Assert.True(await other.RefreshAsync(CancellationToken.None));

        Assert.Equal(before.Tools.Select(tool => tool.Slug), other.Current.Tools.Select(tool => tool.Slug));
        Assert.Equal(["many-b"], before.Tools.Zip(other.Current.Tools).Where(pair => !ReferenceEquals(pair.First, pair.Second)).Select(pair => pair.First.Slug));
        Assert.Equal(("many-a", null, "many-c"), (Best(other, "cap:op=a_of_many"), Best(other, "cap:op=b_of_many"), Best(other, "cap:op=c_of_many")));
        Assert.Equal("many-b", before.TryFindBest(CapUrn.ParseRequest("cap:op=b_of_many"), out var known) ? known.Tool.Slug : null);

        await fixture.Database.ExecuteAsync("DELETE FROM tool_versions WHERE tool_id = (SELECT id FROM tools WHERE slug = 'many-b'); DELETE FROM tools WHERE slug = 'many-b'");
        Assert.True(await other.RefreshAsync(CancellationToken.None));
        Assert.DoesNotContain(other.Current.Tools, tool => tool.Slug == "many-b");
    }

    [ServersFact]
    public async Task Refresh_ToolOfAClockThatIsBehind_StandsWhereTheDatabaseHasIt()
    {
        await PublishAsync("late-clock", "cap:in;op=clocks;out");
        using var other = Other();
        await other.RefreshAsync(CancellationToken.None);
        await PublishAsync("early-clock", "cap:in;op=clocks;out");
        await fixture.Database.ExecuteAsync("UPDATE tools SET created_at = created_at - interval '1 hour' WHERE slug = 'early-clock'");

        await other.RefreshAsync(CancellationToken.None);
        using var fresh = Other();
        await fresh.RefreshAsync(CancellationToken.None);

        Assert.Equal(("early-clock", "early-clock"), (Best(fresh, "cap:op=clocks"), Best(other, "cap:op=clocks")));
        Assert.Equal(fresh.Current.Tools.Select(tool => tool.Slug), other.Current.Tools.Select(tool => tool.Slug));
    }

    [ServersFact]
    public async Task Revision_ATransactionWithManyRows_CountsOnce()
    {
        await PublishAsync("bulk-a", "cap:in;op=bulk;out");
        await PublishAsync("bulk-b", "cap:in;op=bulk;out");
        var before = await fixture.Database.ScalarAsync<long>("SELECT revision FROM catalogue_revision");

        await fixture.Database.ExecuteAsync("BEGIN; UPDATE tools SET trust = 'quarantine' WHERE slug LIKE 'bulk-%'; UPDATE tool_versions SET deprecated_at = now() WHERE tool_id IN (SELECT id FROM tools WHERE slug LIKE 'bulk-%'); COMMIT");

        Assert.Equal(before + 1, await fixture.Database.ScalarAsync<long>("SELECT revision FROM catalogue_revision"));
        Assert.Equal(2L, await fixture.Database.ScalarAsync<long>($"SELECT count(*) FROM catalogue_changes WHERE revision = {before + 1}"));
    }

    [ServersFact]
    public async Task Refresh_NewestVersionIsDisabled_TheOneBelowCounts()
    {
        await PublishAsync("versioned", "cap:in;op=versioned;out;v=1");
        await PublishAsync("versioned", "cap:in;op=versioned;out;v=2", "2.0.0");
        Assert.Null(Best(fixture.Capabilities, "cap:op=versioned;v=1"));
        using var other = Other();
        await other.RefreshAsync(CancellationToken.None);

        await fixture.Database.ExecuteAsync("UPDATE tool_versions SET is_enabled = false WHERE version = '2.0.0'");
        await other.RefreshAsync(CancellationToken.None);

        Assert.True(other.Current.TryFindBest(CapUrn.ParseRequest("cap:op=versioned"), out var best));
        Assert.Equal(("1.0.0", "cap:in;op=versioned;out;v=1"), (best.Tool.Version, best.Cap.Urn.ToString()));
    }

    [ServersFact]
    public async Task Block_ACallThroughIt_RunsTheBestTool()
    {
        await PublishAsync("called-generic", "cap:in;op=called;out");
        await PublishAsync("called-specific", "cap:ext=a;in;op=called;out");
        var request = CapUrn.ParseRequest("cap:ext=a;op=called");

        var result = await fixture.Capabilities.Current.Block.FindBestCapSet(request).Set.ExecuteAsync(request, CapCall.Empty);

        Assert.Equal("called-specific", result.Text);
        Assert.Contains(("called-specific", "cap:ext=a;in;op=called;out"), fixture.Calls.Made);
    }

    [ServersFact]
    public async Task Watch_AnotherInstanceChangesSomething_TakesItOverWithinASecond()
    {
        await PublishAsync("watched", "cap:in;op=watched;out");
        using var other = Other();
        var time = new ManualTime();
        using var watch = new CapabilityWatch(other, time, NullLogger<CapabilityWatch>.Instance);
        await watch.StartAsync(CancellationToken.None);
        Assert.Equal("watched", Best(other, "cap:op=watched"));
        await Eventually.TrueAsync(() => Task.FromResult(time.WaitingTimers > 0), "the watch waits");

        await fixture.Database.ExecuteAsync("UPDATE tools SET is_enabled = false WHERE slug = 'watched'");
        time.Advance(CapabilityWatch.Interval);

        Assert.True(CapabilityWatch.Interval < TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => Task.FromResult(Best(other, "cap:op=watched") is null), "the change is taken over");
        await watch.StopAsync(CancellationToken.None);
    }

    [ServersFact]
    public async Task Watch_DatabaseIsAway_WaitsAtTheStartAndKeepsWhatItKnowsLater()
    {
        await PublishAsync("kept", "cap:in;op=kept;out");
        var contexts = new SwitchedContexts(fixture) { Away = true };
        using var index = new CapabilityIndex(contexts, new ToolCatalogue(TimeProvider.System), fixture.Calls);
        var time = new ManualTime();
        using var watch = new CapabilityWatch(index, time, NullLogger<CapabilityWatch>.Instance);

        var starting = watch.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => Task.FromResult(time.WaitingTimers > 0), "the start waits");
        Assert.False(starting.IsCompleted);
        contexts.Away = false;
        time.Advance(TimeSpan.FromSeconds(1));
        await starting;
        Assert.Equal("kept", Best(index, "cap:op=kept"));

        contexts.Away = true;
        await Eventually.TrueAsync(() => Task.FromResult(time.WaitingTimers > 0), "the watch waits");
        var asked = contexts.Asked;
        time.Advance(CapabilityWatch.Interval);
        await Eventually.TrueAsync(() => Task.FromResult(contexts.Asked > asked), "the database is asked");
        Assert.Equal("kept", Best(index, "cap:op=kept"));

        await fixture.Database.ExecuteAsync("UPDATE tools SET is_enabled = false WHERE slug = 'kept'");
        contexts.Away = false;
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(CapabilityWatch.Interval);
                return Task.FromResult(Best(index, "cap:op=kept") is null);
            },
            "the change is taken over");
        await watch.StopAsync(CancellationToken.None);
    }

    private async Task PublishAsync(string slug, string capability, string version = "1.0.0") =>
        Assert.False((await fixture.PublishAsync(Definitions.Valid(slug).With("capabilities", new JsonArray(capability)).With("version", version))).IsRefused);

    private CapabilityIndex Other() => new(new SwitchedContexts(fixture), new ToolCatalogue(TimeProvider.System), fixture.Calls);

    private static string? Best(CapabilityIndex index, string request) =>
        index.Current.TryFindBest(CapUrn.ParseRequest(request), out var best) ? best.Tool.Slug : null;

    /// <summary>The database, which can be taken away.</summary>
    private sealed class SwitchedContexts(CatalogueFixture fixture) : IDbContextFactory<RegistryDbContext>
    {
        private int _asked;

        public bool Away { get; set; }

        public int Asked => Volatile.Read(ref _asked);

        public RegistryDbContext CreateDbContext()
        {
            Interlocked.Increment(ref _asked);
            return Away
                ? throw new NpgsqlException("away", new IOException())
                : new RegistryDbContext(new DbContextOptionsBuilder<RegistryDbContext>().UseNpgsql(fixture.Database.Source).Options);
        }
    }
}
