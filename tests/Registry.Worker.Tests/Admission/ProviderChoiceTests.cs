using System.Text.Json.Nodes;
using Capns.Core.Urns;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Capns.Registry.Worker.Tests.Admission;

public sealed class ProviderChoiceTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>
{
    [ServersFact]
    public async Task Choose_ManyAtOnceBeforeTheFirstReading_AllFindTheTool()
    {
        await PublishAsync("early", "cap:in;op=early;out");
        using var index = Empty(out var choice);

        var chosen = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => ChooseAsync(choice, "cap:op=early")));

        Assert.All(chosen, one => Assert.Equal("early", one.Tool?.Row.Slug));
        Assert.Equal("early", Assert.Single(index.Current.FindAll(CapUrn.ParseRequest("cap:op=early"))).Tool.Slug);
    }

    [ServersFact]
    public async Task Choose_LatestVersionsDifferInBuildOnly_FindsTheTool()
    {
        foreach (var version in new[] { "1.0.0+b", "1.0.0+c", "1.0.0+a" })
        {
            await PublishAsync("built", "cap:in;op=built;out", version);
        }

        // Rows that are written anew are read in another order.
        await fixture.Database.ExecuteAsync("UPDATE tool_versions SET deprecated_at = now() WHERE version = '1.0.0+c'");
        using var index = Empty(out var choice);

        Assert.Equal("1.0.0+c", (await ChooseAsync(choice, "cap:op=built")).Tool?.Definition.Version);
    }

    private CapabilityIndex Empty(out ProviderChoice choice)
    {
        var catalogue = new ToolCatalogue(TimeProvider.System);
        var index = new CapabilityIndex(fixture.Services.GetRequiredService<IDbContextFactory<RegistryDbContext>>(), catalogue, fixture.Calls);
        choice = new ProviderChoice(index, catalogue);
        return index;
    }

    private async Task<ChosenProvider> ChooseAsync(ProviderChoice choice, string request)
    {
        await using var db = await fixture.ContextAsync();
        return await choice.ChooseAsync(CapUrn.ParseRequest(request), db, CancellationToken.None);
    }

    private async Task PublishAsync(string slug, string capability, string version = "1.0.0") => Assert.False(
        (await fixture.PublishAsync(Definitions.Valid(slug).With("capabilities", new JsonArray(capability)).With("version", version))).IsRefused);
}
