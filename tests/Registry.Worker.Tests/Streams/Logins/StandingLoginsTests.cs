using System.Net;
using Capns.Access.Login;
using Capns.Access.Rules;
using Capns.Registry.Worker.Access.Keys;
using Capns.Registry.Worker.Streams.Live.Logins;
using Capns.Registry.Worker.Tests.Access;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Capns.Registry.Worker.Tests.Streams.Logins;

/// <summary>Real keys on a real database: what one instance revokes, another notices.</summary>
public sealed class StandingLoginsTests(CatalogueFixture catalogue) : IClassFixture<CatalogueFixture>
{
    [ServersFact]
    public async Task Read_AKeyThatAnotherInstanceRevokes_DoesNotHoldAnyMoreAndTheRevisionTellsSo()
    {
        await using var one = await AccessHost.StartAsync(catalogue);
        await using var other = await AccessHost.StartAsync(catalogue);
        var (owner, here) = (one.Token("dora", "user"), Of(other));
        var key = await one.KeyAsync(owner, ["execution:read"]);
        other.Time.Advance(AccessState.MaxAge + TimeSpan.FromMilliseconds(1));
        var before = await here.RevisionAsync(default);
        Assert.Equal("dora", (await here.ReadAsync(key, default)).Caller?.Id);

        await one.ExpectAsync(HttpStatusCode.NoContent, "DELETE", $"/api/v1/api-keys/{key.Split('_')[1]}", owner);
        other.Time.Advance(AccessState.MaxAge + TimeSpan.FromMilliseconds(1));

        Assert.NotEqual(before, await here.RevisionAsync(default));
        Assert.Equal(new StandingLogin(null), await here.ReadAsync(key, default));
        Assert.Equal("dora", (await here.ReadAsync(owner, default)).Caller?.Id);
    }

    [ServersFact]
    public async Task Read_AGoodLoginManyTimes_IsNeitherLimitedNorAudited()
    {
        await using var host = await AccessHost.StartAsync(catalogue);
        var logins = Of(host);
        var before = host.Audit.Entries.Count;
        foreach (var _ in Enumerable.Range(0, 100))
        {
            Assert.Null((await logins.ReadAsync("capns_abcd_" + new string('x', 52), default)).Caller);
        }

        Assert.Equal(before, host.Audit.Entries.Count);
        await host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", host.Token("dora", "user"));
    }

    private static StandingLogins Of(AccessHost host) => new(
        host.Services.GetRequiredService<AccessState>(), host.Services.GetRequiredService<TokenCallers>(), host.Services.GetRequiredService<ApiKeyCallers>());
}
