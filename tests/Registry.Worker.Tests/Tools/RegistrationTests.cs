using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Registry.Worker.Tools;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Loading;
using Capns.Registry.Worker.Tools.Registration;
using Capns.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Capns.Registry.Worker.Tests.Tools;

public sealed class RegistrationTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>
{
    [ServersFact]
    public async Task Publish_VersionByVersion_KeepsAllAndShowsTheLatest()
    {
        Assert.Equal(PublishKind.Registered, (await fixture.PublishAsync(Definitions.Valid("versions"))).Kind);
        Assert.Equal(PublishKind.Unchanged, (await fixture.PublishAsync(Definitions.Valid("versions"))).Kind);
        Assert.Equal(PublishKind.VersionPublished, (await fixture.PublishAsync(Definitions.Valid("versions").With("version", "2.0.0").With("description", "Two"))).Kind);
        var clash = await fixture.PublishAsync(Definitions.Valid("versions").With("description", "Other"));
        var backport = await fixture.PublishAsync(Definitions.Valid("versions").With("version", "1.0.1").With("description", "Old"));

        Assert.Equal("VERSION_EXISTS", clash.Code!.Code);
        Assert.Equal(PublishKind.VersionPublished, backport.Kind);
        Assert.Equal("2.0.0", await fixture.Database.ScalarAsync<string>("SELECT version FROM tools WHERE slug = 'versions'"));
        Assert.Equal("Two", await fixture.Database.ScalarAsync<string>("SELECT description FROM tools WHERE slug = 'versions'"));
        Assert.Equal(3L, await fixture.Database.ScalarAsync<long>("SELECT count(*) FROM tool_versions v JOIN tools t ON t.id = v.tool_id WHERE t.slug = 'versions'"));
    }

    [ServersFact]
    public async Task Publish_NewToolAndVersion_SayItOnTheBus()
    {
        var first = await fixture.PublishAsync(Definitions.Valid("spoken"));
        await fixture.PublishAsync(Definitions.Valid("spoken"));
        await fixture.PublishAsync(Definitions.Valid("spoken").With("version", "1.1.0"));

        var rows = fixture.Sent.Rows.Where(row => row.OrderingKey == first.ToolId.ToString()).ToList();
        Assert.Equal(["tool.registered", "tool.version.published"], rows.Select(row => row.Exchange));
        using var body = JsonDocument.Parse(rows[0].Body);
        Assert.Equal(("spoken", "1.0.0"), (body.RootElement.GetProperty("data").GetProperty("slug").GetString(), body.RootElement.GetProperty("data").GetProperty("version").GetString()));
        Assert.Equal(2L, await fixture.Database.ScalarAsync<long>($"SELECT count(*) FROM outbox WHERE ordering_key = '{first.ToolId}'"));
    }

    [ServersFact]
    public async Task Publish_OperatorHasDisabledTheTool_ANewVersionLeavesItDisabled()
    {
        await fixture.PublishAsync(Definitions.Valid("kept-off"));
        await fixture.Database.ExecuteAsync("UPDATE tools SET is_enabled = false WHERE slug = 'kept-off'");

        await fixture.PublishAsync(Definitions.Valid("kept-off").With("version", "1.1.0"));

        Assert.False(await fixture.Database.ScalarAsync<bool>("SELECT is_enabled FROM tools WHERE slug = 'kept-off'"));
    }

    [ServersFact]
    public async Task Register_SlugUuidOrNameIsTaken_IsADuplicateThatSaysWhich()
    {
        var first = await fixture.PublishAsync(Definitions.Valid("taken"));
        async Task<PublishResult> RegisterAsync(JsonObject definition) =>
            await fixture.Registration.RegisterAsync(Definitions.Checked(definition), Api.TestAccess.Tester, CancellationToken.None);

        Assert.Contains("slug \"taken\"", (await RegisterAsync(Definitions.Valid("taken"))).Message, StringComparison.Ordinal);
        Assert.Contains(first.ToolId.ToString(), (await RegisterAsync(Definitions.Valid("else").With("id", first.ToolId.ToString()))).Message, StringComparison.Ordinal);
        Assert.Contains("name \"taken\"", (await RegisterAsync(Definitions.Valid("other").With("name", "taken"))).Message, StringComparison.Ordinal);
        Assert.Equal(PublishKind.Registered, (await RegisterAsync(Definitions.Valid("third").With("name", "taken").With("owner", "somebody"))).Kind);
    }

    [ServersFact]
    public async Task Publish_NewVersionTakesAnotherToolsName_IsADuplicate()
    {
        await fixture.PublishAsync(Definitions.Valid("name-1"));
        await fixture.PublishAsync(Definitions.Valid("name-2"));

        var refused = await fixture.PublishAsync(Definitions.Valid("name-2").With("version", "1.1.0").With("name", "name-1"));

        Assert.Equal("DUPLICATE_TOOL", refused.Code!.Code);
    }

    [ServersFact]
    public async Task Load_ExampleTools_SkipsNothingAndChangesNothingTheSecondTime()
    {
        await using var instance = fixture.Build(new ServiceCollection(), new ToolOptions { DefinitionsFolder = ExampleToolTests.Folder }).BuildServiceProvider();

        await instance.GetRequiredService<ToolLoader>().LoadAsync(CancellationToken.None);
        var sent = fixture.Sent.Rows.Count;
        await instance.GetRequiredService<ToolLoader>().LoadAsync(CancellationToken.None);

        Assert.Empty(instance.GetRequiredService<LoadedTools>().Skipped);
        Assert.Equal(12, instance.GetRequiredService<LoadedTools>().Loaded.Count);
        Assert.Equal(sent, fixture.Sent.Rows.Count);
    }

    [ServersFact]
    public async Task Publish_DependencyIsMissing_NamesItAndACycleIsShown()
    {
        var missing = await fixture.PublishAsync(Definitions.Valid("x").With("dependencies", new JsonArray("absent")));
        Assert.Equal(("INVALID_DEFINITION", "/dependencies/0"), (missing.Code!.Code, missing.Errors[0].Path));

        await fixture.PublishAsync(Definitions.Valid("c1"));
        await fixture.PublishAsync(Definitions.Valid("c2").With("dependencies", new JsonArray("c1")));
        await fixture.PublishAsync(Definitions.Valid("c3").With("dependencies", new JsonArray("c2")));
        var cycle = await fixture.PublishAsync(Definitions.Valid("c1").With("version", "1.1.0").With("dependencies", new JsonArray("c3")));

        Assert.Equal("DEPENDENCY_CYCLE", cycle.Code!.Code);
        Assert.Contains("c1 -> c3 -> c2 -> c1", cycle.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await fixture.Database.ScalarAsync<long>("SELECT count(*) FROM tool_versions v JOIN tools t ON t.id = v.tool_id WHERE t.slug = 'c1' AND v.version = '1.1.0'"));
    }

    [ServersFact]
    public async Task PublishedVersion_ContentIsChangedInTheDatabase_IsRefusedAndFlagsAreNot()
    {
        await fixture.PublishAsync(Definitions.Valid("fixed"));
        const string Where = "WHERE tool_id = (SELECT id FROM tools WHERE slug = 'fixed')";

        await Assert.ThrowsAsync<PostgresException>(() => fixture.Database.ExecuteAsync($$"""UPDATE tool_versions SET definition = '{}' {{Where}}"""));
        await Assert.ThrowsAsync<PostgresException>(() => fixture.Database.ExecuteAsync($"UPDATE tool_versions SET version = '9.0.0' {Where}"));
        Assert.Equal(1, await fixture.Database.ExecuteAsync($"UPDATE tool_versions SET is_enabled = false, deprecated_at = now(), deprecation_message = 'old' {Where}"));
    }

    [ServersFact]
    public async Task Load_SeveralRegistriesAtOnce_RegisterEveryToolOnceAndSkipBadFilesVisibly()
    {
        var folder = Directory.CreateTempSubdirectory("capns-definitions").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "a-needs-b.json"), Definitions.Valid("loaded-a").With("dependencies", new JsonArray("loaded-b")).ToJsonString());
            await File.WriteAllTextAsync(Path.Combine(folder, "b.json"), Definitions.Valid("loaded-b").ToJsonString());
            await File.WriteAllTextAsync(Path.Combine(folder, "broken.json"), "{");
            await File.WriteAllTextAsync(Path.Combine(folder, "wrong.json"), Definitions.Valid("wrong").With("version", "one").ToJsonString());
            var instances = Enumerable.Range(0, 3).Select(_ => fixture.Build(new ServiceCollection(), new ToolOptions { DefinitionsFolder = folder }).BuildServiceProvider()).ToList();

            await Task.WhenAll(instances.Select(instance => instance.GetRequiredService<ToolLoader>().LoadAsync(CancellationToken.None)));

            foreach (var instance in instances)
            {
                var loaded = instance.GetRequiredService<LoadedTools>();
                Assert.Equal(["id-generator", "loaded-a", "loaded-b", "math-calculator", "text-analysis", "time-utility"], loaded.Loaded.Order());
                Assert.Equal(["broken.json", "wrong.json"], loaded.Skipped.Keys.Order());
                Assert.Equal("/version", loaded.Skipped["wrong.json"][0].Path);
                Assert.Equal("skipped", (await loaded.MeasureAsync(CancellationToken.None)).Word);
                await instance.DisposeAsync();
            }

            Assert.Equal(6L, await fixture.Database.ScalarAsync<long>(
                "SELECT count(*) FROM tool_versions v JOIN tools t ON t.id = v.tool_id WHERE t.slug IN ('id-generator','loaded-a','loaded-b','math-calculator','text-analysis','time-utility')"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [ServersFact]
    public async Task Resolve_WithinASecond_AsksTheDatabaseOnce()
    {
        await fixture.PublishAsync(Definitions.Valid("cached"));
        var catalogue = new ToolCatalogue(fixture.Time);
        await using var db = await fixture.ContextAsync();
        await catalogue.ResolveAsync("cached", null, db, CancellationToken.None);
        await fixture.Database.ExecuteAsync("UPDATE tools SET is_enabled = false WHERE slug = 'cached'");

        Assert.True((await catalogue.ResolveAsync("cached", null, db, CancellationToken.None)).Found);
        fixture.Time.Advance(ToolCatalogue.Freshness);
        Assert.False((await catalogue.ResolveAsync("cached", null, db, CancellationToken.None)).Found);
    }
}
