using Capns.Contracts;
using Capns.Contracts.Catalogue;
using Capns.Discovery.Worker.Catalogue;
using Capns.Messaging.Topology;
using Capns.Testing;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Catalogue;

public sealed class CatalogueStoreTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private TestDatabase? _database;
    private CatalogueStore? _store;

    private CatalogueStore Store => _store!;

    public async Task InitializeAsync()
    {
        // Skipped tests must not fail for the lack of what they are skipped for.
        if (ServerUrls.Required || ServerUrls.Missing is null)
        {
            _database = await TestDatabase.CreateAsync();
            _store = new CatalogueStore(_database.Source);
        }
    }

    public async Task DisposeAsync()
    {
        _store?.Dispose();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    [ServersFact]
    public async Task Find_ByIdSlugAndName_FindsTheToolAndNothingElse()
    {
        var tool = Tool();
        await Store.ApplyAsync(EventNames.ToolRegistered, tool, default);
        await Store.ApplyAsync(EventNames.ToolRegistered, Tool() with { Slug = "other", Name = "Other" }, default);

        Assert.Equal(tool.ToolId, Assert.Single(await Store.FindAsync(tool.ToolId.ToUpperInvariant(), null, default)).Id);
        Assert.Equal(tool.ToolId, Assert.Single(await Store.FindAsync("pdf-summary", null, default)).Id);
        Assert.Equal(tool.ToolId, Assert.Single(await Store.FindAsync(null, "pdf-summary", default)).Id);
        Assert.Equal(tool.ToolId, Assert.Single(await Store.FindAsync(null, "PDF summary", default)).Id);
        Assert.Empty(await Store.FindAsync("PDF summary", null, default));
        Assert.Empty(await Store.FindAsync(null, "PDF", default));
        Assert.Empty(await Store.FindAsync(null, null, default));
    }

    [ServersFact]
    public async Task Apply_NewVersionThenTheOldEventAgain_KeepsTheNewOne()
    {
        var tool = Tool();
        await Store.ApplyAsync(EventNames.ToolRegistered, tool, default);
        await Store.ApplyAsync(EventNames.ToolVersionPublished, tool with { Version = "2.0.0", Timestamp = Start.AddMinutes(1) }, default);
        await Store.ApplyAsync(EventNames.ToolRegistered, tool, default);

        Assert.Equal("2.0.0", Assert.Single(await Store.FindAsync(tool.ToolId, null, default)).Version);
        Assert.True(await Store.EpochAsync(default) > 0);
    }

    [ServersTheory]
    [InlineData(EventNames.ToolUnregistered, EventNames.ToolRegistered)]
    [InlineData(EventNames.ToolDisabled, EventNames.ToolEnabled)]
    public async Task Apply_ToolTakenAway_IsNotFoundUntilItIsBackWhateverTheOrder(string away, string back)
    {
        var tool = Tool();
        // The later event first: the earlier one must not undo it.
        await Store.ApplyAsync(away, tool with { Timestamp = Start.AddMinutes(1) }, default);
        await Store.ApplyAsync(back, tool, default);
        Assert.Empty(await Store.FindAsync(tool.ToolId, null, default));

        await Store.ApplyAsync(back, tool with { Timestamp = Start.AddMinutes(2) }, default);
        Assert.Single(await Store.FindAsync(tool.ToolId, null, default));
    }

    [ServersFact]
    public async Task Apply_Deprecated_IsMarked()
    {
        var tool = Tool();
        await Store.ApplyAsync(EventNames.ToolRegistered, tool, default);
        await Store.ApplyAsync(EventNames.ToolDeprecated, tool with { Timestamp = Start.AddMinutes(1) }, default);
        Assert.True(Assert.Single(await Store.FindAsync(tool.ToolId, null, default)).Deprecated);
    }

    [ServersFact]
    public async Task FirstUse_ManyInstancesAtOnce_AllSucceed()
    {
        var stores = Enumerable.Range(0, 8).Select(_ => new CatalogueStore(_database!.Source)).ToList();
        await Task.WhenAll(stores.Select(store => store.ApplyAsync(EventNames.ToolRegistered, Tool(), default)));
        Assert.Equal(8, (await Store.FindAsync(null, "PDF summary", default)).Count);
        stores.ForEach(store => store.Dispose());
    }

    private static ToolRegistered Tool() => new()
    {
        ToolId = Guid.NewGuid().ToString(),
        Slug = "pdf-summary",
        Name = "PDF summary",
        Version = "1.0.0",
        Category = "analysis",
        SecurityLevel = SecurityLevel.Safe,
        ChangedBy = "somebody",
        Timestamp = Start,
    };
}
