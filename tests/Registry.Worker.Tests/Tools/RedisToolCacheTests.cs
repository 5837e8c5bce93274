using System.Diagnostics.Metrics;
using Capns.Hosting.Configuration;
using Capns.Hosting.Redis;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using Xunit;

namespace Capns.Registry.Worker.Tests.Tools;

/// <summary>What instances tell each other of tools by way of a real Redis (<c>cache:tool:</c>).</summary>
public sealed class RedisToolCacheTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>
{
    [ServersFact]
    public async Task Show_AnotherInstanceHasReadIt_AsksNoDatabase()
    {
        var slug = await PublishAsync();
        await using var one = await Reader.CreateAsync(fixture);
        await using var two = await Reader.CreateAsync(fixture);
        Assert.Equal("1.0.0", (await one.ShowAsync(slug))?.Version);

        var told = await two.Cache.FindAsync(slug);

        Assert.Equal((slug, "1.0.0"), (told?.Row.Slug, told?.Row.Version));
        Assert.Equal("1.0.0", (await two.ShowAsync(slug))?.Version);
    }

    [ServersFact]
    public async Task Show_AfterAChange_NeverTellsTheStateBefore()
    {
        var slug = await PublishAsync();
        await using var one = await Reader.CreateAsync(fixture);
        await using var two = await Reader.CreateAsync(fixture);
        await one.ShowAsync(slug);
        var stale = (await two.Cache.FindAsync(slug))!;
        await fixture.Database.ExecuteAsync($"UPDATE tools SET display_name = 'changed' WHERE slug = '{slug}'");
        var before = two.Cache.Revision;
        await two.Index.RefreshAsync(CancellationToken.None);
        Assert.Null(await two.Cache.FindAsync(slug));

        // Somebody slow writes what was read before the change.
        await one.Cache.KeepAsync(slug, before, stale);

        Assert.Null(await two.Cache.FindAsync(slug));
        Assert.Equal("changed", (await two.ShowAsync(slug))?.DisplayName);
    }

    [ServersTheory]
    [InlineData("nonsense")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"revision\":1,\"tool\":{\"row\":{}}}")]
    public async Task Show_SomethingElseStandsUnderTheKey_IsReadFromTheDatabase(string entry)
    {
        var slug = await PublishAsync();
        await using var one = await Reader.CreateAsync(fixture);
        await one.Redis.ExecuteAsync("SET", (RedisKey)$"cache:tool:{slug}", entry, "EX", 60);

        Assert.Equal(slug, (await one.ShowAsync(slug))?.Slug);
    }

    [ServersFact]
    public async Task Entry_Expires()
    {
        var slug = await PublishAsync();
        await using var one = await Reader.CreateAsync(fixture);
        await one.ShowAsync(slug);
        Assert.InRange((long)await one.Redis.ExecuteAsync("TTL", (RedisKey)$"cache:tool:{slug}"), 3500, 3600);
        await one.Cache.DropAsync([slug]);
        Assert.Equal(-2, (long)await one.Redis.ExecuteAsync("TTL", (RedisKey)$"cache:tool:{slug}"));
    }

    /// <summary>Redis is shared by all tests: names are used once.</summary>
    private async Task<string> PublishAsync()
    {
        var slug = $"cached-{Guid.NewGuid():N}";
        Assert.False((await fixture.PublishAsync(Definitions.Valid(slug))).IsRefused);
        return slug;
    }

    /// <summary>What an instance has for reading tools.</summary>
    private sealed class Reader : IAsyncDisposable
    {
        private readonly CatalogueFixture _fixture;
        private readonly ToolCatalogue _catalogue;

        private Reader(CatalogueFixture fixture)
        {
            _fixture = fixture;
            Redis = new RedisConnection(new RedisSettings { Host = ServerUrls.Redis.Host, Port = ServerUrls.Redis.Port }, NullLogger<RedisConnection>.Instance);
            Redis.Start();
            var revision = new CatalogueRevision();
            Cache = new RedisToolCache(Redis, revision, fixture.Services.GetRequiredService<IMeterFactory>(), NullLogger<RedisToolCache>.Instance);
            _catalogue = new ToolCatalogue(TimeProvider.System, Cache);
            Index = new CapabilityIndex(fixture.Services.GetRequiredService<IDbContextFactory<Worker.Persistence.RegistryDbContext>>(), _catalogue, fixture.Calls, revision);
        }

        public RedisConnection Redis { get; }

        public RedisToolCache Cache { get; }

        public CapabilityIndex Index { get; }

        public static async Task<Reader> CreateAsync(CatalogueFixture fixture)
        {
            var reader = new Reader(fixture);
            await Eventually.TrueAsync(() => reader.Redis.IsAvailable, "Redis");
            await reader.Index.RefreshAsync(CancellationToken.None);
            return reader;
        }

        public async Task<Tool?> ShowAsync(string reference)
        {
            await using var db = await _fixture.ContextAsync();
            return (await _catalogue.ShowAsync(reference, null, db, CancellationToken.None)).Tool?.Row;
        }

        public async ValueTask DisposeAsync()
        {
            Index.Dispose();
            await Redis.DisposeAsync();
        }
    }
}
