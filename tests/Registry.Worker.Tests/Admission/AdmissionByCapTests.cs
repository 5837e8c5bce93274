using System.Text.Json.Nodes;
using Capns.Core.Caps;
using Capns.Registry.Worker.Approvals;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Executions.Requests;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Admission;

public sealed class AdmissionByCapTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>
{
    [ServersFact]
    public async Task Admit_SpecificAndGenericProvider_PlansTheSpecificOneAndSaysSo()
    {
        await PublishAsync("generic", "cap:in=media:bytes;op=thumb;out=media:png");
        var specific = await PublishAsync("specific", "cap:ext=pdf;in=media:bytes;op=thumb;out=media:png");

        var outcome = await AdmitAsync("cap:op=thumb;EXT=pdf");

        Assert.Null(outcome.Refusal);
        Assert.Equal(specific, outcome.Plan!.ToolId);
        var identity = outcome.Identity;
        Assert.Equal(
            ("cap:ext=pdf;in;op=thumb;out", "cap:ext=pdf;in=media:bytes;op=thumb;out=media:png", "specific", "specific", "1.0.0"),
            (identity.Cap, identity.MatchedCap, identity.Provider, identity.ToolName, identity.ToolVersion));
        Assert.Equal("generic", (await AdmitAsync("cap:op=thumb;ext=wav")).Identity.Provider);
    }

    [ServersFact]
    public async Task Admit_BestProviderIsSwitchedOffUnnoticed_TheNextOneRuns()
    {
        await PublishAsync("next-generic", "cap:in;op=next;out");
        await PublishAsync("next-specific", "cap:ext=a;in;op=next;out");
        Assert.Equal("next-specific", (await AdmitAsync("cap:ext=a;op=next")).Identity.Provider);

        // Neither the index nor the catalogue of this instance has heard of it.
        await fixture.Database.ExecuteAsync("UPDATE tools SET is_enabled = false WHERE slug = 'next-specific'");
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("next-generic", (await AdmitAsync("cap:ext=a;op=next")).Identity.Provider);

        await fixture.Database.ExecuteAsync("UPDATE tools SET is_enabled = false WHERE slug = 'next-generic'");
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        var refused = await AdmitAsync("cap:ext=a;op=next");

        Assert.Equal("CAP_NOT_FOUND", refused.Refusal!.Code);
        Assert.Contains("Tool next-specific provides cap:ext=a;in;op=next;out, but it is disabled.", refused.Refusal.Message, StringComparison.Ordinal);
        Assert.Equal(2, refused.Refusal.Details!.Value.GetProperty("unavailable").GetArrayLength());
        Assert.Equal(("cap:ext=a;in;op=next;out", null, null), (refused.Identity.Cap, refused.Identity.MatchedCap, refused.Identity.Provider));
    }

    [ServersFact]
    public async Task Admit_AnotherInstanceAddsTheFirstProvider_IsFoundAtOnce()
    {
        Assert.Equal("CAP_NOT_FOUND", (await AdmitAsync("cap:op=late")).Refusal!.Code);
        await PublishAsync("late", "cap:in;op=early;out");
        await fixture.Database.ExecuteAsync("ALTER TABLE tool_versions DISABLE TRIGGER tool_versions_immutable");
        await fixture.Database.ExecuteAsync(
            """UPDATE tool_versions SET version = '1.0.1', definition = jsonb_set(jsonb_set(definition, '{capabilities}', '["cap:in;op=late;out"]'), '{version}', '"1.0.1"') WHERE definition ->> 'name' = 'late'""");
        await fixture.Database.ExecuteAsync("UPDATE tools SET version = '1.0.1' WHERE slug = 'late'");
        await fixture.Database.ExecuteAsync("ALTER TABLE tool_versions ENABLE TRIGGER tool_versions_immutable");

        var outcome = await AdmitAsync("cap:op=late");

        Assert.Equal(("late", "1.0.1"), (outcome.Identity.Provider, outcome.Identity.ToolVersion));
    }

    [ServersFact]
    public async Task Admit_ChosenProviderIsRefusedByAGate_DoesNotTryTheNext()
    {
        await PublishAsync("gated-generic", "cap:in;op=gated;out");
        await fixture.PublishAsync(Definitions.Valid("gated-specific").With("capabilities", new JsonArray("cap:ext=a;in;op=gated;out")).With("securityLevel", "dangerous"));

        var refused = await fixture.AdmitAsync(Requests.Event(ByCap("cap:ext=a;op=gated")), approvals: new ApprovalOptions { Enabled = false });

        Assert.Equal(("APPROVALS_DISABLED", "gated-specific"), (refused.Refusal!.Code, refused.Identity.Provider));
    }

    [ServersFact]
    public async Task Admit_NobodyFits_NamesTheNearestAndWhatToChange()
    {
        await PublishAsync("nearly", "cap:ext=pdf;in=media:bytes;op=nearly;out=media:png");

        var refused = await AdmitAsync("cap:ext=wav;op=nearly");

        Assert.Matches("The nearest is cap:ext=pdf;in=media:bytes;op=nearly;out=media:png of tool nearly; for it to accept, .*ext=wav.*ext=pdf", refused.Refusal!.Message);
        Assert.Equal("nearly", refused.Refusal.Details!.Value.GetProperty("nearest")[0].GetProperty("provider").GetString());
    }

    [ServersTheory]
    [InlineData("cap:op=", "EmptyTagComponent")]
    [InlineData("cap:in=pdf;op=x", "InvalidMediaUrn")]
    [InlineData("op=x", "MissingCapPrefix")]
    [InlineData("cap:op=a;op=b", "DuplicateKey")]
    public async Task Admit_MalformedCap_IsRefusedWithTheErrorsName(string cap, string name)
    {
        var refused = await AdmitAsync(cap);

        Assert.Equal(("INVALID_CAP", "readable"), (refused.Refusal!.Code, refused.Gates[^1].Gate));
        Assert.Contains($"cap must be a capability URN: {name}", refused.Refusal.Message, StringComparison.Ordinal);
        Assert.Contains(cap, refused.Refusal.Message, StringComparison.Ordinal);
        Assert.Equal(name, refused.Refusal.Details!.Value.GetProperty("urnError").GetProperty("name").GetString());
    }

    [ServersTheory]
    [InlineData("priority", "now", "INVALID_PARAMETERS")]
    [InlineData("version", "1.0.0", "INVALID_REQUEST")]
    public async Task Admit_AnotherFieldIsWrong_StillEchoesTheCapInCanonicalForm(string field, string value, string code)
    {
        var refused = await fixture.AdmitAsync(Requests.Event(ByCap("cap:OUT=media:b;op=Echo;in=media:a").With(field, value)));

        Assert.Equal((code, "cap:in=media:a;op=echo;out=media:b"), (refused.Refusal!.Code, refused.Identity.Cap));
    }

    [ServersFact]
    public async Task Admit_CapThatNoColumnHolds_IsRefusedAndNotEchoed()
    {
        foreach (var cap in new[] { "cap:op=\"a\0\"", "cap:op=" + new string('x', RequestReader.MaxCap) })
        {
            var refused = await AdmitAsync(cap);

            Assert.Equal("INVALID_PARAMETERS", refused.Refusal!.Code);
            Assert.DoesNotContain(refused.ToolRef + refused.Identity.Cap, letter => letter == '\0');
            Assert.InRange(refused.ToolRef.Length, 0, RequestReader.MaxCap);
        }
    }

    [ServersFact]
    public async Task GateReport_ByCap_SaysProviderAndDefinition()
    {
        await PublishAsync("reported", "cap:in;op=reported;out");

        var report = GateReports.Of(await fixture.AdmitAsync(Requests.Event(ByCap("cap:op=reported").With("parameters", new JsonObject()))));

        Assert.False(report.WouldRun);
        Assert.Equal(("cap:in;op=reported;out", "cap:in;op=reported;out", "reported"), (report.Cap, report.MatchedCap, report.Provider));
        var definition = Cap.Parse(report.Definition!.Value);
        Assert.Equal([true, false], definition.Args.Select(arg => arg.Required));
    }

    [ServersFact]
    public async Task Admit_RandomAndMutatedCaps_NeverThrowsAndSaysWhy()
    {
        await PublishAsync("mutated", "cap:ext=pdf;in=media:bytes;op=mutated;out=media:png");
        var random = new Random(20260303);
        var codes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var round = 0; round < 1000; round++)
        {
            var text = "cap:ext=pdf;in=\"media:bytes\";op=mutated".ToCharArray();
            for (var change = random.Next(3); change > 0; change--)
            {
                text[random.Next(text.Length)] = "\";:=*?!\\ aA\u00e9\u0001"[random.Next(12)];
            }

            var outcome = await AdmitAsync(new string(text));

            var code = outcome.Refusal?.Code ?? "";
            codes[code] = codes.GetValueOrDefault(code) + 1;
            Assert.True(outcome.Plan is not null || outcome.Refusal!.Message.Length > 0);
        }

        Assert.Equal(["", "CAP_NOT_FOUND", "INVALID_CAP"], codes.Keys.Order(StringComparer.Ordinal));
    }

    private async Task<Guid> PublishAsync(string slug, string capability) =>
        (await fixture.PublishAsync(Definitions.Valid(slug).With("capabilities", new JsonArray(capability)))).ToolId;

    private static JsonObject ByCap(string cap) => Requests.Valid().With("toolId", null).With("cap", cap);

    private Task<AdmissionOutcome> AdmitAsync(string cap) => fixture.AdmitAsync(Requests.Event(ByCap(cap)));
}
