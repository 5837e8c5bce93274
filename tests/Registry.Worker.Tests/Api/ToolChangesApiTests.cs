using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Hosting.Configuration;
using Capns.Registry.Worker.Tools.Signing;
using Capns.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Capns.Registry.Worker.Tests.Api;

public sealed class ToolChangesApiTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>, IAsyncLifetime
{
    private ApiHost? _host;

    private ApiHost Host => _host!;

    public async Task InitializeAsync()
    {
        if (ServerUrls.Missing is null || ServerUrls.Required)
        {
            _host = await ApiHost.StartAsync(fixture);
        }
    }

    public async Task DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    [ServersFact]
    public async Task Put_WithoutOrWithAnOldTag_ChangesNothing()
    {
        await Host.SendAsync("POST", "/tools", Definitions.Valid("put-tags"));
        (await Host.SendAsync("PUT", "/tools/put-tags", Definitions.Valid("put-tags").With("version", "1.1.0"))).Is(428, "PRECONDITION_REQUIRED");
        (await Host.SendAsync("PUT", "/tools/put-tags", Definitions.Valid("put-tags").With("version", "1.1.0"), "If-Match", "\"7\"")).Is(412, "PRECONDITION_FAILED");
        (await Host.SendAsync("PUT", "/tools/put-tags", Definitions.Valid("put-tags").With("version", "1.1.0"), "If-Match", "W/\"1\"")).Is(412, "PRECONDITION_FAILED");
        (await Host.SendAsync("PUT", "/tools/put-tags", Definitions.Valid("put-tags").With("version", "1.1.0"), "If-Match", "1")).Is(400, "INVALID_REQUEST");
        Assert.Equal("1.0.0", (string)(await Host.SendAsync("GET", "/tools/put-tags")).Is(200).Body!["latestVersion"]!);
    }

    [ServersFact]
    public async Task Put_TwoWritersWithTheSameTag_OneWins()
    {
        var tag = (await Host.SendAsync("POST", "/tools", Definitions.Valid("put-race"))).Is(201).ETag;
        var answers = await Task.WhenAll(Enumerable.Range(1, 8).Select(number =>
            Host.SendAsync("PUT", "/tools/put-race", Definitions.Valid("put-race").With("version", $"1.{number}.0"), "If-Match", tag)));
        Assert.Single(answers, answer => (int)answer.Status == 200);
        Assert.Equal(7, answers.Count(answer => answer.Code == "PRECONDITION_FAILED"));
    }

    [ServersFact]
    public async Task Put_SameVersion_ChangesFlagsOnly()
    {
        var tag = (await Host.SendAsync("POST", "/tools", Definitions.Valid("put-flags"))).Is(201).ETag;
        var changed = (await Host.SendAsync("PUT", "/tools/put-flags", Definitions.Valid("put-flags").With("displayName", "Shown").With("rateLimits.maxCallsPerMinute", 7), "If-Match", tag)).Is(200);
        Assert.Equal(("Shown", 7, "\"2\""), ((string)changed.Body!["displayName"]!, (int)changed.Body["rateLimits"]!["maxCallsPerMinute"]!, changed.ETag));
        (await Host.SendAsync("PUT", "/tools/put-flags", Definitions.Valid("put-flags").With("description", "Other"), "If-Match", changed.ETag)).Is(409, "VERSION_EXISTS");
        Assert.Equal(["tool.registered", "tool.updated"], Said(changed));
        Assert.Contains(fixture.Audit.Entries, entry => entry.Action == "tool.update" && entry.ObjectId == (string)changed.Body["id"]!);
    }

    [ServersFact]
    public async Task Put_BreakingChange_NeedsAMajorNumberOrForce()
    {
        var tag = (await Host.SendAsync("POST", "/tools", Definitions.Valid("put-break"))).Is(201).ETag;
        var breaking = Definitions.Valid("put-break").With("version", "1.1.0").With("parameters.required", new JsonArray("a", "c")).With("parameters.properties.c", new JsonObject { ["type"] = "string" });
        var refused = (await Host.SendAsync("PUT", "/tools/put-break", breaking.DeepClone(), "If-Match", tag)).Is(409, "BREAKING_CHANGE");
        Assert.Equal("/parameters/required", (string)refused.Body!["details"]!["errors"]![0]!["path"]!);
        Assert.Contains("\"c\"", (string)refused.Body["detail"]!, StringComparison.Ordinal);
        (await Host.SendAsync("PUT", "/tools/put-break?force=true", breaking.DeepClone(), "If-Match", tag, TestAccess.Header, "anonymous tool:write")).Is(403);
        (await Host.SendAsync("POST", "/tools/put-break/versions", breaking.DeepClone().AsObject().With("version", "2.0.0"))).Is(201);
        (await Host.SendAsync("PUT", "/tools/put-break?force=true", breaking, "If-Match", "*")).Is(200);
    }

    [ServersFact]
    public async Task Patch_MergesFlagsAndRefusesContent()
    {
        var created = (await Host.SendAsync("POST", "/tools", Definitions.Valid("patched").With("rateLimits.maxCallsPerMinute", 5).With("rateLimits.onLimit", "reject"))).Is(201);
        var patched = (await Host.SendAsync(
            "PATCH", "/tools/patched", JsonNode.Parse("""{"displayName":"New","rateLimits":{"maxCallsPerHour":9,"maxCallsPerMinute":null},"approvers":["bob"],"minApprovals":2}"""), "If-Match", created.ETag)).Is(200);
        var limits = patched.Body!["rateLimits"]!;
        Assert.Equal((9, null, "reject"), ((int)limits["maxCallsPerHour"]!, (int?)limits["maxCallsPerMinute"], (string)limits["onLimit"]!));
        Assert.Equal(2, (int)patched.Body["minApprovals"]!);
        var reset = (await Host.SendAsync("PATCH", "/tools/patched", JsonNode.Parse("""{"minApprovals":null,"approvers":null}"""), "If-Match", patched.ETag)).Is(200);
        Assert.Null(reset.Body!["minApprovals"]);
        foreach (var (bad, pointer) in new[] { ("""{"version":"2.0.0"}""", "/version"), ("""{"displayName":null}""", "/displayName"), ("""{"trust":"blind"}""", "/trust"), ("[]", ""), ("""{"rateLimits":{"maxCallsPerHour":0}}""", "/rateLimits/maxCallsPerHour") })
        {
            var refused = (await Host.SendAsync("PATCH", "/tools/patched", JsonNode.Parse(bad), "If-Match", "*")).Is(422, "INVALID_DEFINITION");
            Assert.Equal(pointer, (string)refused.Body!["details"]!["errors"]![0]!["path"]!);
        }
    }

    [ServersFact]
    public async Task Patch_TrustOrAnothersTool_NeedsThePermission()
    {
        await Host.SendAsync("POST", "/tools", Definitions.Valid("owned"), TestAccess.Header, "alice tool:write tool:read");
        (await Host.SendAsync("PATCH", "/tools/owned", JsonNode.Parse("""{"displayName":"x"}"""), "If-Match", "*", TestAccess.Header, "bob tool:write")).Is(403, "INSUFFICIENT_PERMISSIONS");
        (await Host.SendAsync("PATCH", "/tools/owned", JsonNode.Parse("""{"trust":"trusted"}"""), "If-Match", "*", TestAccess.Header, "alice tool:write")).Is(403, "INSUFFICIENT_PERMISSIONS");
        (await Host.SendAsync("PATCH", "/tools/owned", JsonNode.Parse("""{"owner":"bob"}"""), "If-Match", "*", TestAccess.Header, "alice tool:write")).Is(403, "INSUFFICIENT_PERMISSIONS");
        (await Host.SendAsync("PATCH", "/tools/owned", JsonNode.Parse("""{"displayName":"x"}"""), "If-Match", "*", TestAccess.Header, "alice tool:write")).Is(200);
        (await Host.SendAsync("POST", "/tools", Definitions.Valid("anothers").With("owner", "carol"), TestAccess.Header, "alice tool:write")).Is(403);
    }

    [ServersFact]
    public async Task Disable_ToolThatOthersNeed_IsRefusedWithTheListUnlessForced()
    {
        await Host.SendAsync("POST", "/tools", Definitions.Valid("needed"));
        (await Host.SendAsync("POST", "/tools", Definitions.Valid("needing").With("dependencies", new JsonArray("needed")))).Is(201);
        var refused = (await Host.SendAsync("POST", "/tools/needed/disable")).Is(409, "DEPENDENTS_EXIST");
        Assert.Equal("needing", (string)refused.Body!["details"]!["dependents"]![0]!["slug"]!);
        (await Host.SendAsync("DELETE", "/tools/needed", null, "If-Match", "*")).Is(409, "DEPENDENTS_EXIST");
        (await Host.SendAsync("POST", "/tools/needed/disable?force=true", null, TestAccess.Header, "anonymous tool:write")).Is(403);
        var disabled = (await Host.SendAsync("POST", "/tools/needed/disable?force=true")).Is(200);
        Assert.False((bool)disabled.Body!["isEnabled"]!);
        var enabled = (await Host.SendAsync("POST", "/tools/needed/enable")).Is(200);
        (await Host.SendAsync("POST", "/tools/needed/deprecate")).Is(200);
        Assert.Equal(["tool.registered", "tool.disabled", "tool.enabled", "tool.deprecated"], Said(enabled));
    }

    [ServersFact]
    public async Task Delete_ArchivesAndPurgeRemoves()
    {
        var created = (await Host.SendAsync("POST", "/tools", Definitions.Valid("leaving"))).Is(201);
        (await Host.SendAsync("DELETE", "/tools/leaving")).Is(428);
        (await Host.SendAsync("DELETE", "/tools/leaving", null, "If-Match", created.ETag)).Is(204);
        Assert.Equal("archived", (string)(await Host.SendAsync("GET", "/tools/leaving")).Is(200).Body!["maintenanceStatus"]!);
        (await Host.SendAsync("PUT", "/tools/leaving", Definitions.Valid("leaving").With("version", "2.0.0"), "If-Match", "*")).Is(410, "TOOL_ARCHIVED");
        Assert.Empty((await Host.SendAsync("GET", "/tools?q=leaving")).Is(200).Body!["items"]!.AsArray());
        Assert.Single((await Host.SendAsync("GET", "/tools?q=leaving&maintenanceStatus=archived")).Is(200).Body!["items"]!.AsArray());
        (await Host.SendAsync("DELETE", "/tools/leaving?purge=true", null, "If-Match", "*", TestAccess.Header, "anonymous tool:write")).Is(403);
        (await Host.SendAsync("DELETE", "/tools/leaving?purge=true", null, "If-Match", "*")).Is(204);
        (await Host.SendAsync("GET", "/tools/leaving")).Is(404, "TOOL_NOT_FOUND");
        Assert.Equal(["tool.registered", "tool.unregistered", "tool.unregistered"], Said(created));
        (await Host.SendAsync("POST", "/tools", Definitions.Valid("leaving"))).Is(201);
    }

    [ServersFact]
    public async Task Versions_ListFlagAndPublish_TheLatestFollows()
    {
        await Host.SendAsync("POST", "/tools", Definitions.Valid("many"));
        (await Host.SendAsync("POST", "/tools/many/versions", Definitions.Valid("many").With("version", "1.2.0").With("description", "Later"))).Is(201);
        (await Host.SendAsync("POST", "/tools/many/versions", Definitions.Valid("many").With("version", "1.2.0").With("description", "Later"))).Is(409, "VERSION_EXISTS");
        (await Host.SendAsync("POST", "/tools/many/versions", Definitions.Valid("other").With("version", "1.3.0"))).Is(422, "INVALID_DEFINITION");
        var list = (await Host.SendAsync("GET", "/tools/many/versions?limit=1")).Is(200).Body!;
        Assert.Equal((2, "1.2.0"), ((int)list["total"]!, (string)list["items"]![0]!["version"]!));

        (await Host.SendAsync("PATCH", "/tools/many/versions/1.2.0", JsonNode.Parse("""{"isEnabled":false}"""))).Is(200);
        var shown = (await Host.SendAsync("GET", "/tools/many")).Is(200).Body!;
        Assert.Equal(("1.0.0", "Adds."), ((string)shown["latestVersion"]!, (string)shown["description"]!));
        var deprecated = (await Host.SendAsync("PATCH", "/tools/many/versions/1.0.0", JsonNode.Parse("""{"deprecated":true,"deprecationMessage":"old"}"""))).Is(200);
        Assert.True((bool)deprecated.Body!["deprecated"]!);
        (await Host.SendAsync("PATCH", "/tools/many/versions/9.9.9", JsonNode.Parse("""{"deprecated":true}"""))).Is(404, "VERSION_NOT_FOUND");
        (await Host.SendAsync("PATCH", "/tools/many/versions/1.0.0", JsonNode.Parse("""{"definition":{}}"""))).Is(422, "INVALID_PARAMETERS");
        await Assert.ThrowsAsync<PostgresException>(() => fixture.Database.ExecuteAsync("UPDATE tool_versions SET published_by = 'x' WHERE version = '1.2.0'"));
    }

    [ServersFact]
    public async Task ExportImport_IntoTheSameAndAnEmptyCatalogue_ChangesNothingAndMakesTheSame()
    {
        await Host.SendAsync("POST", "/tools", Definitions.Valid("xp-base").With("tags", new JsonArray("xp")));
        await Host.SendAsync("POST", "/tools", Definitions.Valid("xp-top").With("tags", new JsonArray("xp")).With("dependencies", new JsonArray("xp-base")).With("approvers", new JsonArray("bob")));
        await Host.SendAsync("POST", "/tools/xp-base/versions", Definitions.Valid("xp-base").With("tags", new JsonArray("xp")).With("version", "1.1.0"));
        var exported = (await Host.SendAsync("GET", "/tools/export?tags=xp")).Is(200).Body!;
        Assert.Equal("capns-catalogue/1", (string)exported["format"]!);
        Assert.Equal(3, exported["tools"]!.AsArray().Count);

        var again = (await Host.SendAsync("POST", "/tools/import", exported)).Is(200).Body!;
        Assert.Equal((0, 0, 3, 0), Counts(again));

        var elsewhere = new CatalogueFixture();
        await elsewhere.InitializeAsync();
        await using (var other = await ApiHost.StartAsync(elsewhere))
        {
            var sent = elsewhere.Sent.Rows.Count;
            var dry = (await other.SendAsync("POST", "/tools/import?dryRun=true", exported)).Is(200).Body!;
            Assert.Equal((2, 1, 0, 0), Counts(dry));
            (await other.SendAsync("GET", "/tools/xp-top")).Is(404);
            Assert.Equal(sent, elsewhere.Sent.Rows.Count);
            Assert.Equal((2, 1, 0, 0), Counts((await other.SendAsync("POST", "/tools/import", exported)).Is(200).Body!));
            Assert.True(JsonNode.DeepEquals(exported, (await other.SendAsync("GET", "/tools/export?tags=xp")).Is(200).Body!));
        }

        await elsewhere.DisposeAsync();
    }

    [ServersFact]
    public async Task ExportImport_WithKeys_TakesOnlyWhatIsSignedAndUnchanged()
    {
        const string Seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        var publicKey = Convert.ToHexStringLower(Ed25519.PublicKey(Convert.FromHexString(Seed)));
        var signing = CatalogueSigning.Read(new EnvironmentReader(name => name switch { "EXPORT_SIGNING_KEY" => Seed, "IMPORT_TRUSTED_KEYS" => publicKey, _ => null }));
        await using var signed = await ApiHost.StartAsync(fixture, services => services.AddSingleton(signing).AddSingleton(fixture.Capabilities));
        await signed.SendAsync("POST", "/tools", Definitions.Valid("signed-one").With("tags", new JsonArray("sealed")).With("capabilities", new JsonArray("signing")));
        var exported = (await signed.SendAsync("GET", "/tools/export?capabilities=signing")).Is(200).Body!;
        Assert.Single(exported["tools"]!.AsArray());

        Assert.Equal((0, 0, 1, 0), Counts((await signed.SendAsync("POST", "/tools/import", exported)).Is(200).Body!));

        exported["tools"]![0]!["description"] = "Other.";
        (await signed.SendAsync("POST", "/tools/import", exported)).Is(422, "SIGNATURE_INVALID");
        exported.AsObject().Remove("signature");
        (await signed.SendAsync("POST", "/tools/import", exported)).Is(422, "SIGNATURE_INVALID");
        Assert.False((await Host.SendAsync("GET", "/tools/export?tags=sealed")).Is(200).Body!.AsObject().ContainsKey("signature"));
    }

    [ServersFact]
    public async Task Export_LongerThanAnImportReads_IsRefused()
    {
        var schema = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["a"] = new JsonObject { ["enum"] = new JsonArray([.. Enumerable.Range(0, 24_000).Select(number => (JsonNode)number)]) } } };
        for (var number = 0; number < 90; number++)
        {
            Assert.False((await fixture.PublishAsync(Definitions.Valid($"huge-{number}").With("category", "huge").With("parameters", schema.DeepClone()).With("examples", null))).IsRefused);
        }

        var refused = (await Host.SendAsync("GET", "/tools/export?category=huge")).Is(400, "INVALID_REQUEST");
        Assert.Contains("10485760", (string)refused.Body!["detail"]!, StringComparison.Ordinal);
        (await Host.SendAsync("GET", "/tools/export?category=huge&q=huge-1")).Is(200);
    }

    [ServersFact]
    public async Task Import_BadAndDependentDefinitions_AreNamedAndTheOthersStay()
    {
        var document = new JsonObject
        {
            ["format"] = "capns-catalogue/1",
            ["tools"] = new JsonArray(
                Definitions.Valid("im-top").With("dependencies", new JsonArray("im-base")), Definitions.Valid("im-base"), Definitions.Valid("im-bad").With("version", "x"),
                Definitions.Valid("im-lost").With("dependencies", new JsonArray("nowhere"))),
        };
        var report = (await Host.SendAsync("POST", "/tools/import", document)).Is(200).Body!;
        Assert.Equal((2, 0, 0, 2), Counts(report));
        Assert.Equal(["/tools/2/version", "/tools/3/dependencies/0"], report["errors"]!.AsArray().Select(error => (string)error!["path"]!));
        (await Host.SendAsync("POST", "/tools/import", JsonNode.Parse("""{"format":"other","tools":{}}"""))).Is(422, "INVALID_DEFINITION");
    }

    [ServersTheory]
    [InlineData(null)]
    [InlineData("im-alices")]
    public async Task Import_OfAnothersTool_IsRefusedHoweverItIsNamed(string? id)
    {
        await Host.SendAsync("POST", "/tools", Definitions.Valid("im-alices").With("name", "im alices"), TestAccess.Header, "alice tool:write tool:read");
        var version = $"1.{id?.Length ?? 0}.1";
        var theirs = Definitions.Valid("im-alices").With("name", "im alices").With("version", version).With("id", id);
        var document = new JsonObject { ["format"] = "capns-catalogue/1", ["tools"] = new JsonArray(theirs) };

        var report = (await Host.SendAsync("POST", "/tools/import", document, TestAccess.Header, "bob tool:write tool:read")).Is(200).Body!;

        Assert.Equal((0, 0, 0, 1), Counts(report));
        Assert.Equal("INSUFFICIENT_PERMISSIONS", (string)report["errors"]![0]!["keyword"]!);
        (await Host.SendAsync("GET", $"/tools/im-alices?version={version}")).Is(404, "VERSION_NOT_FOUND");
        Assert.Equal((0, 1, 0, 0), Counts((await Host.SendAsync("POST", "/tools/import", document, TestAccess.Header, "alice tool:write tool:read")).Is(200).Body!));
    }

    [ServersFact]
    public async Task Put_SameVersionSwitchesOffAToolThatOthersNeed_IsRefusedUnlessForced()
    {
        var tag = (await Host.SendAsync("POST", "/tools", Definitions.Valid("put-needed"))).Is(201).ETag;
        (await Host.SendAsync("POST", "/tools", Definitions.Valid("put-needing").With("dependencies", new JsonArray("put-needed")))).Is(201);
        (await Host.SendAsync("PUT", "/tools/put-needed", Definitions.Valid("put-needed").With("isEnabled", false), "If-Match", tag)).Is(409, "DEPENDENTS_EXIST");
        (await Host.SendAsync("PUT", "/tools/put-needed", Definitions.Valid("put-needed").With("displayName", "Other"), "If-Match", tag)).Is(200);
        (await Host.SendAsync("PUT", "/tools/put-needed?force=true", Definitions.Valid("put-needed").With("isEnabled", false), "If-Match", "*")).Is(200);
        (await Host.SendAsync("POST", "/tools/put-needed/disable")).Is(200);
    }

    [ServersFact]
    public async Task Cycle_OverSeveralTools_IsRefusedWithTheWay()
    {
        await Host.SendAsync("POST", "/tools", Definitions.Valid("cy-a"));
        (await Host.SendAsync("POST", "/tools", Definitions.Valid("cy-b").With("dependencies", new JsonArray("cy-a")))).Is(201);
        (await Host.SendAsync("POST", "/tools", Definitions.Valid("cy-c").With("dependencies", new JsonArray("cy-b")))).Is(201);
        var refused = (await Host.SendAsync("POST", "/tools/cy-a/versions", Definitions.Valid("cy-a").With("version", "1.1.0").With("dependencies", new JsonArray("cy-c")))).Is(422, "DEPENDENCY_CYCLE");
        Assert.Contains("cy-a -> cy-c -> cy-b -> cy-a", (string)refused.Body!["detail"]!, StringComparison.Ordinal);
        var (circle, lost) = (Definitions.Valid("cy-a").With("dependencies", new JsonArray("cy-b")), Definitions.Valid("cy-new").With("dependencies", new JsonArray("cy-b", "nowhere")));
        Assert.Equal(["/dependencies"], (await InvalidAsync(circle)));
        Assert.Equal(["/dependencies/1"], (await InvalidAsync(lost)));

        async Task<IEnumerable<string>> InvalidAsync(JsonObject definition) =>
            (await Host.SendAsync("POST", "/tools/validate", definition)).Is(200).Body!["errors"]!.AsArray().Select(error => (string)error!["path"]!);
    }

    [ServersFact]
    public async Task CategoriesAndConfig_SayWhatIsThere()
    {
        await Host.SendAsync("POST", "/tools", Definitions.Valid("cat-1").With("category", "only-here").With("executionConfig.memoryLimit", 64));
        var categories = (await Host.SendAsync("GET", "/tools/categories")).Is(200).Body!["items"]!.AsArray();
        Assert.Contains(categories, item => (string)item!["category"]! == "only-here" && (int)item["count"]! == 1);
        var config = (await Host.SendAsync("GET", "/tools/cat-1/execution-config")).Is(200).Body!;
        Assert.Equal((64, 10_000, "default", false), ((int)config["limits"]!["memoryMb"]!, (int)config["limits"]!["timeoutMs"]!, (string)config["pool"]!, (bool)config["approval"]!["required"]!));
    }

    [ServersFact]
    public async Task List_Page_AsksTheDatabaseForTheToolsOnceEachAndArchivedOnesAreInNone()
    {
        for (var number = 0; number < 5; number++)
        {
            await Host.SendAsync("POST", "/tools", Definitions.Valid($"paged-{number}").With("owner", "anonymous").With("category", "paged"));
        }

        var seen = new List<string>();
        for (var page = 1; page <= 3; page++)
        {
            var list = (await Host.SendAsync("GET", $"/tools?category=paged&sort=-createdAt&limit=2&page={page}")).Is(200).Body!;
            Assert.Equal(5, (int)list["total"]!);
            seen.AddRange(list["items"]!.AsArray().Select(tool => (string)tool!["slug"]!));
        }

        Assert.Equal(["paged-4", "paged-3", "paged-2", "paged-1", "paged-0"], seen);
        Assert.Equal("paged-3", (string)(await Host.SendAsync("GET", "/tools?q=paged-3&sort=relevance")).Is(200).Body!["items"]![0]!["slug"]!);
    }

    private static (int Created, int Updated, int Skipped, int Errors) Counts(JsonNode report) =>
        ((int)report["created"]!, (int)report["updated"]!, (int)report["skipped"]!, report["errors"]!.AsArray().Count);

    private List<string> Said(Answer tool) => [.. fixture.Sent.Rows.Where(row => row.OrderingKey == (string)tool.Body!["id"]!).Select(row =>
    {
        using var body = JsonDocument.Parse(row.Body);
        Assert.Equal(row.OrderingKey, body.RootElement.GetProperty("subject").GetString());
        return row.Exchange;
    })];
}
