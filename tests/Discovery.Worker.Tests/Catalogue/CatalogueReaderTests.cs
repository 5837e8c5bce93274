using Capns.Contracts;
using Capns.Contracts.Discovery;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Requests;
using Capns.Testing;
using Npgsql;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Catalogue;

/// <summary>The catalogue as the registry publishes it, read from a database as the registry leaves it.</summary>
public sealed class CatalogueReaderTests
{
    [ServersFact]
    public async Task Read_ForTheFirstTime_HasEverythingOfATool()
    {
        await using var catalogue = await TestCatalogue.CreateAsync();
        var needed = Example.Tool("needed");
        var tool = Example.Tool("pdf-summary") with
        {
            DisplayName = "PDF summary",
            Tags = ["pdf", "text"],
            Capabilities = ["cap:op=summarise"],
            Level = SecurityLevel.Restricted,
            RequiresApproval = true,
            ParameterNames = ["file"],
            Examples = ["a contract"],
            CostEstimate = 0.03m,
            DurationEstimateMs = 9000,
            Requires = [new ToolRequirement(needed.Id, ">=1.0.0")],
            RegisteredAt = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero),
        };
        await catalogue.PutAsync(needed, tool);

        var change = await ReadAsync(catalogue, CatalogueSnapshot.Empty);

        var read = change!.Snapshot.Find("pdf-summary")!;
        Assert.Equal((tool.Id, tool.DisplayName, tool.Level, tool.RequiresApproval), (read.Id, read.DisplayName, read.Level, read.RequiresApproval));
        Assert.Equal((tool.CostEstimate, tool.DurationEstimateMs, tool.RegisteredAt), (read.CostEstimate, read.DurationEstimateMs, read.RegisteredAt));
        Assert.Equal([.. tool.Tags, .. tool.Capabilities, .. tool.ParameterNames, .. tool.Examples], [.. read.Tags, .. read.Capabilities, .. read.ParameterNames, .. read.Examples]);
        Assert.Equal(tool.Requires, read.Requires);
        Assert.Equal(ToolAvailability.Yes, read.Availability);
        Assert.Equal(new[] { needed.Id, tool.Id }.Order(), change.Changed.Order());
        Assert.Null(await ReadAsync(catalogue, change.Snapshot));
    }

    [ServersFact]
    public async Task Read_AfterAChange_ReadsOnlyWhatHasChanged()
    {
        await using var catalogue = await TestCatalogue.CreateAsync();
        var (one, two) = (Example.Tool("one"), Example.Tool("two"));
        await catalogue.PutAsync(one, two);
        var first = (await ReadAsync(catalogue, CatalogueSnapshot.Empty))!.Snapshot;
        await catalogue.PutAsync(two with { Availability = ToolAvailability.Disabled });

        var change = (await ReadAsync(catalogue, first))!;

        Assert.Equal([two.Id], change.Changed);
        Assert.Same(first.Find(one.Id), change.Snapshot.Find(one.Id));
        Assert.Equal(ToolAvailability.Disabled, change.Snapshot.Find(two.Id)!.Availability);
    }

    [ServersFact]
    public async Task Read_ToolThatWasPurged_IsGoneAndItsSlugIsFree()
    {
        await using var catalogue = await TestCatalogue.CreateAsync();
        var (kept, purged) = (Example.Tool("kept"), Example.Tool("again"));
        await catalogue.PutAsync(kept, purged);
        var first = (await ReadAsync(catalogue, CatalogueSnapshot.Empty))!.Snapshot;
        await catalogue.Database.ExecuteAsync($"DELETE FROM tool_versions WHERE tool_id = '{purged.Id}'; DELETE FROM tools WHERE id = '{purged.Id}'");

        var change = (await ReadAsync(catalogue, first))!;
        Assert.Equal([purged.Id], change.Changed);
        Assert.Null(change.Snapshot.Find("again"));

        var other = Example.Tool("again");
        await catalogue.PutAsync(other);
        Assert.Equal(other.Id, (await ReadAsync(catalogue, first))!.Snapshot.Find("again")!.Id);
    }

    [ServersFact]
    public async Task Read_DatabaseThatWasRestored_ForgetsWhatIsNotInIt()
    {
        await using var before = await TestCatalogue.CreateAsync();
        await using var restored = await TestCatalogue.CreateAsync();
        var (old, lost) = (Example.Tool("old"), Example.Tool("lost"));
        await before.PutAsync(old);
        await before.PutAsync(lost);
        await restored.PutAsync(old with { Description = "As it was." });
        var known = (await ReadAsync(before, CatalogueSnapshot.Empty))!.Snapshot;

        var change = (await ReadAsync(restored, known))!;

        Assert.Equal("As it was.", Assert.Single(change.Snapshot.Tools).Description);
        Assert.Equal(new[] { old.Id, lost.Id }.Order(), change.Changed.Order());
    }

    [ServersFact]
    public async Task Parameters_OfSeveralTools_AreTheirSchemasUpToTheBytesOfAnAnswer()
    {
        await using var catalogue = await TestCatalogue.CreateAsync();
        var tools = Enumerable.Range(0, 4).Select(at => Example.Tool($"t{at}") with
        {
            ParameterNames = [.. Enumerable.Range(0, at == 0 ? 1 : 2000).Select(name => $"{new string('x', 100)}{name}")],
        }).ToList();
        await catalogue.PutAsync(tools);
        var schemas = new ParameterSchemas(new CatalogueReader(catalogue.Source), TimeProvider.System);

        var (read, missing) = await schemas.AddAsync([.. tools.Select(tool => Recommended(tool.Id))], CancellationToken.None);

        // About 0.1, 250, 250 and 250 kB.
        Assert.False(missing);
        Assert.Equal([true, true, true, false], read.Select(tool => tool.Parameters is not null));
        Assert.True(read[0].Parameters!.Value.GetProperty("properties").TryGetProperty($"{new string('x', 100)}0", out _));
        Assert.InRange(read.Sum(tool => tool.Parameters?.GetRawText().Length ?? 0), 1, ParameterSchemas.MostBytes);
    }

    [ServersFact]
    public async Task Read_BeforeTheRegistryHasMadeItsViews_SaysSo()
    {
        await using var database = await TestDatabase.CreateAsync();
        var exception = await Assert.ThrowsAsync<PostgresException>(() => new CatalogueReader(database.Source).ReadAsync(CatalogueSnapshot.Empty, CancellationToken.None));
        Assert.True(CatalogueSchema.IsMissing(exception));
    }

    private static ToolRecommendation Recommended(Guid id) => new()
    {
        ToolId = id.ToString(),
        Name = "",
        Version = "",
        Category = "",
        SecurityLevel = SecurityLevel.Safe,
        RequiresApproval = false,
        Score = 0,
        Confidence = 0,
        Reason = "",
    };

    private static Task<CatalogueChange?> ReadAsync(TestCatalogue catalogue, CatalogueSnapshot known) =>
        new CatalogueReader(catalogue.Source).ReadAsync(known, CancellationToken.None);
}
