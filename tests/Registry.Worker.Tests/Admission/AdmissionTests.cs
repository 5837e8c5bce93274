using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Approvals;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Npgsql;
using Xunit;

namespace Capns.Registry.Worker.Tests.Admission;

public sealed class AdmissionTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>
{
    [ServersFact]
    public async Task Admit_GoodRequest_PlansTheRun()
    {
        var published = await fixture.PublishAsync(Definitions.Valid("planned").With("tags", new JsonArray("x")).With("executionConfig.memoryLimit", "128MB"));

        var outcome = await AdmitAsync(Requests.Valid("planned").With("timeout", 700).With("userId", "u1").With("priority", "urgent"));

        Assert.Null(outcome.Refusal);
        var plan = outcome.Plan!;
        Assert.Equal((published.ToolId, "1.0.0", SecurityLevel.Safe, "default", Priority.High), (plan.ToolId, plan.ToolVersion, plan.Level, plan.Pool, plan.Priority));
        Assert.Equal((128, 0.5, 700), (plan.Limits.MemoryMb, plan.Limits.Cpu, plan.Limits.TimeoutMs));
        Assert.Equal("u1", plan.RateLimit.Caller);
        Assert.Equal(20, plan.RateLimit.MaxCallsPerMinute);
        Assert.Equal("""{"a":1,"b":1}""", plan.Parameters.GetRawText());
        Assert.Equal("sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("""{"a":1,"b":1}"""u8)), plan.ParametersHash);
        Assert.Equal("command", plan.Executor.Type);
        Assert.Equal(1, plan.Retry.MaxAttempts);
        Assert.True(plan.ResultMayTravel);
        Assert.Equal((published.ToolId.ToString(), "planned", "1.0.0", "r-77", "corr-1"), (outcome.Identity.ToolId, outcome.Identity.ToolName, outcome.Identity.ToolVersion, outcome.Identity.RequestId, outcome.Identity.CorrelationId));
        Assert.All(outcome.Gates, gate => Assert.True(gate.Passed));
        Assert.Equal(
            ["readable", "identity", "expires-at", "tool", "kill-switch", "permission", "parameters", "approvals", "dependencies", "cost", "approval"],
            outcome.Gates.Select(gate => gate.Gate));
    }

    // What is changed in a good request for a safe tool: the code, the gate, and a word of the message.
    [ServersTheory]
    [InlineData("""{"toolId":null}""", "INVALID_REQUEST", "readable", "toolId and cap")]
    [InlineData("""{"cap":"cap:op=add"}""", "INVALID_REQUEST", "readable", "both are")]
    [InlineData("""{"toolId":null,"cap":"op=add"}""", "INVALID_CAP", "readable", "op=add")]
    [InlineData("""{"toolId":null,"cap":"cap:op=add","version":"1.0.0"}""", "INVALID_REQUEST", "readable", "version")]
    [InlineData("""{"toolId":null,"cap":"cap:op=add"}""", "CAP_NOT_FOUND", "tool", "cap:in;op=add;out")]
    [InlineData("""{"toolId":null,"cap":"cap:op=\"add"}""", "INVALID_CAP", "readable", "UnterminatedQuote at character 12")]
    [InlineData("""{"timeout":"5s"}""", "INVALID_PARAMETERS", "readable", "timeout")]
    [InlineData("""{"toolId":"nowhere"}""", "TOOL_NOT_FOUND", "tool", "nowhere")]
    [InlineData("""{"toolId":"0195561f-5a10-7c44-8b21-1a2b3c4d5e6f"}""", "TOOL_NOT_FOUND", "tool", "0195561f")]
    [InlineData("""{"toolId":"Not A Slug"}""", "TOOL_NOT_FOUND", "tool", "Not A Slug")]
    [InlineData("""{"version":"9.9.9"}""", "VERSION_NOT_FOUND", "tool", "9.9.9")]
    [InlineData("""{"version":"about 1"}""", "INVALID_PARAMETERS", "tool", "about 1")]
    [InlineData("""{"operation":"add"}""", "OPERATION_NOT_FOUND", "tool", "no operations")]
    [InlineData("""{"parameters":{"a":"x"}}""", "INVALID_PARAMETERS", "parameters", "/a")]
    [InlineData("""{"parameters":{}}""", "INVALID_PARAMETERS", "parameters", "a")]
    [InlineData("""{"securityLevel":"moderate","parameters":{"a":1,"z":1}}""", "INVALID_PARAMETERS", "parameters", "z")]
    [InlineData("""{"maxCost":0.4}""", "COST_EXCEEDED", "cost", "0.5")]
    public async Task Admit_OneThingIsWrong_RefusesWithItsCodeAtItsGate(string change, string code, string gate, string word)
    {
        await fixture.PublishAsync(Definitions.Valid().With("costEstimate", 0.5));

        var outcome = await AdmitAsync(Changed(change));

        Assert.Null(outcome.Plan);
        Assert.Equal((code, gate), (outcome.Refusal!.Code, outcome.Gates[^1].Gate));
        Assert.Contains(word, outcome.Refusal.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.All[code].Type, outcome.Refusal.Type);
        Assert.Equal(ExecutionState.Rejected, outcome.RefusedState);
        Assert.Equal("r-77", outcome.Identity.RequestId);
        if (code == "INVALID_PARAMETERS" && gate != "tool")
        {
            Assert.NotEqual(0, outcome.Refusal.Details!.Value.GetProperty("errors").GetArrayLength());
        }
    }

    [ServersTheory]
    [InlineData("""{"maxCost":0.5}""")]
    [InlineData("""{"securityLevel":"moderate"}""")]
    [InlineData("""{"securityLevel":"safe","parameters":{"a":1,"z":1}}""")]
    [InlineData("""{"version":"^1"}""")]
    [InlineData("""{"agentId":null,"requestedBy":"p4"}""")]
    public async Task Admit_OtherSideOfTheBound_IsAdmitted(string change)
    {
        await fixture.PublishAsync(Definitions.Valid().With("costEstimate", 0.5));
        Assert.NotNull((await AdmitAsync(Changed(change))).Plan);
    }

    [ServersFact]
    public async Task Admit_NobodyIsKnownAndNobodyNamed_IsRefused()
    {
        await fixture.PublishAsync(Definitions.Valid("unnamed"));
        var outcome = await fixture.AdmitAsync(Requests.Event(Requests.Valid("unnamed").With("agentId", null)), new AdmissionOptions());
        Assert.Equal(("INVALID_REQUEST", "identity"), (outcome.Refusal!.Code, outcome.Gates[^1].Gate));
        Assert.Contains("agentId, userId and requestedBy", outcome.Refusal.Message, StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task Admit_SourceThatCannotBeStored_IsCleanedForTheCallersKey()
    {
        await fixture.PublishAsync(Definitions.Valid("sourced"));

        var outcome = await fixture.AdmitAsync(Requests.Event(Requests.Valid("sourced").With("agentId", null).With("requestedBy", "p")) with { Source = "a\0b" + new string('x', 300) });

        Assert.Equal("ab" + new string('x', 253) + "…", outcome.Plan!.RateLimit.Caller);
    }

    [ServersFact]
    public async Task Admit_ExpiryHasPassed_ExpiresWithQueueTimeout()
    {
        await fixture.PublishAsync(Definitions.Valid("expiring"));
        var now = fixture.Time.GetUtcNow();

        var expired = await AdmitAsync(Requests.Valid("expiring").With("expiresAt", $"{now:O}"));
        var justInTime = await AdmitAsync(Requests.Valid("expiring").With("expiresAt", $"{now.AddMilliseconds(1):O}"));

        Assert.Equal(("QUEUE_TIMEOUT", ExecutionState.Expired), (expired.Refusal!.Code, expired.RefusedState));
        Assert.NotNull(justInTime.Plan);
    }

    [ServersFact]
    public async Task Admit_ModerateToolGetsACredential_RefusesAndStoresNothingOfIt()
    {
        await fixture.PublishAsync(Definitions.Valid("noter").With("securityLevel", "moderate")
            .With("parameters", JsonNode.Parse("""{"type":"object","properties":{"note":{"type":"string"},"key":{"type":"string","x-secret":true}}}""")));
        const string Key = "AKIAIOSFODNN7EXAMPLE";

        var refused = await AdmitAsync(Requests.Valid("noter").With("parameters", new JsonObject { ["note"] = $"my key is {Key}" }));
        Assert.Equal("INVALID_PARAMETERS", refused.Refusal!.Code);
        Assert.Equal("secret", refused.Refusal.Details!.Value.GetProperty("errors")[0].GetProperty("keyword").GetString());
        Assert.Null(refused.StoredParameters);
        Assert.DoesNotContain(Key, JsonSerializer.Serialize(refused.Refusal), StringComparison.Ordinal);

        var admitted = await AdmitAsync(Requests.Valid("noter").With("parameters", new JsonObject { ["note"] = "fine", ["key"] = Key }));
        Assert.Equal("""{"note":"fine","key":"[redacted]"}""", admitted.StoredParameters!.Value.GetRawText());
        Assert.Equal(Key, admitted.Plan!.Parameters.GetProperty("key").GetString());
        Assert.NotEqual(
            admitted.Plan.ParametersHash,
            (await AdmitAsync(Requests.Valid("noter").With("parameters", new JsonObject { ["note"] = "fine", ["key"] = "other" }))).Plan!.ParametersHash);
    }

    [ServersFact]
    public async Task Admit_AnotherParameterRepeatsASecret_IsSealedTooAndBoundByTheHash()
    {
        await fixture.PublishAsync(Definitions.Valid("repeater").With("parameters", JsonNode.Parse(
            """{"type":"object","properties":{"key":{"type":"string","x-secret":true},"pin":{"type":"integer","x-secret":true}}}""")));

        var outcome = await AdmitAsync(Requests.Valid("repeater").With("parameters", JsonNode.Parse(
            """{"key":"hunter2/secret","pin":12,"url":"https://x/?k=hunter2%2Fsecret","list":[1,"the hunter2/secret"],"count":12,"note":"fine"}""")));

        Assert.Equal(["/key", "/pin", "/url", "/list/1"], outcome.Plan!.SecretPaths);
        Assert.Equal(
            """{"key":"[redacted]","pin":"[redacted]","url":"[redacted]","list":[1,"[redacted]"],"count":12,"note":"fine"}""", outcome.StoredParameters!.Value.GetRawText());
        Assert.Equal("https://x/?k=hunter2%2Fsecret", outcome.Plan.Parameters.GetProperty("url").GetString());
        var other = await AdmitAsync(Requests.Valid("repeater").With("parameters", JsonNode.Parse(
            """{"key":"hunter2/secret","pin":12,"url":"https://y/?k=hunter2%2Fsecret","list":[1,"the hunter2/secret"],"count":12,"note":"fine"}""")));
        Assert.NotEqual(outcome.Plan.ParametersHash, other.Plan!.ParametersHash);
    }

    [ServersTheory]
    [InlineData("restricted", false)]
    [InlineData("dangerous", false)]
    [InlineData("safe", true)]
    public async Task Admit_ToolThatNeedsApproval_WaitsForPeopleOrIsRefusedWhereApprovalsAreNotTaken(string level, bool requiresApproval)
    {
        var id = $"guarded-{level}";
        await fixture.PublishAsync(Definitions.Valid(id).With("securityLevel", level).With("requiresApproval", requiresApproval));

        var asked = await AdmitAsync(Requests.Valid(id));
        Assert.NotNull(asked.Plan);
        Assert.Equal(level == "dangerous" ? ["security-admin", "admin"] : ["operator", "security-admin", "admin"], asked.Approval!.RequiredRoles);
        Assert.Equal("approval", asked.Gates[^1].Gate);
        var refused = await fixture.AdmitAsync(Requests.Event(Requests.Valid(id)), approvals: new ApprovalOptions { Enabled = false });
        Assert.Equal(("APPROVALS_DISABLED", "approvals"), (refused.Refusal!.Code, refused.Gates[^1].Gate));
        Assert.Null(refused.Approval);
        var little = new AdmissionOptions { AnonymousPermissions = new HashSet<string> { "tool:read" } };
        Assert.Equal("INSUFFICIENT_PERMISSIONS", (await fixture.AdmitAsync(Requests.Event(Requests.Valid(id)), little)).Refusal!.Code);
    }

    [ServersFact]
    public async Task Admit_OperationWithHigherLevel_RaisesTheLevelAndTakesItsSchema()
    {
        await fixture.PublishAsync(Definitions.Valid("operated").With("operations", JsonNode.Parse("""
            [{"id":"read","name":"Read","inputSchema":{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}},
             {"id":"write","name":"Write","inputSchema":{"type":"object"},"securityLevel":"dangerous"}]
            """)));

        Assert.Equal("OPERATION_NOT_FOUND", (await AdmitAsync(Requests.Valid("operated"))).Refusal!.Code);
        Assert.Contains("read, write", (await AdmitAsync(Requests.Valid("operated").With("operation", "delete"))).Refusal!.Message, StringComparison.Ordinal);
        Assert.Equal("INVALID_PARAMETERS", (await AdmitAsync(Requests.Valid("operated").With("operation", "read"))).Refusal!.Code);
        Assert.NotNull((await AdmitAsync(Requests.Valid("operated").With("operation", "write").With("parameters", JsonNode.Parse("{}")))).Approval);
        Assert.Equal(SecurityLevel.Dangerous, (await AdmitAsync(Requests.Valid("operated").With("operation", "write"))).Identity.SecurityLevel);
        Assert.NotNull((await AdmitAsync(Requests.Valid("operated").With("operation", "read").With("parameters", JsonNode.Parse("""{"path":"/"}""")))).Plan);
    }

    [ServersTheory]
    [InlineData("is_enabled = false", "TOOL_DISABLED")]
    [InlineData("maintenance_status = 'maintenance'", "TOOL_DISABLED")]
    [InlineData("archived_at = now()", "TOOL_ARCHIVED")]
    public async Task Admit_ToolIsSwitchedOff_IsSeenWithinASecond(string change, string code)
    {
        var id = $"switched-{Math.Abs(change.GetHashCode(StringComparison.Ordinal))}";
        await fixture.PublishAsync(Definitions.Valid(id));
        await fixture.PublishAsync(Definitions.Valid($"needs-{id}").With("dependencies", new JsonArray(id)));
        Assert.NotNull((await AdmitAsync(Requests.Valid(id))).Plan);

        await fixture.Database.ExecuteAsync($"UPDATE tools SET {change} WHERE slug = '{id}'");
        fixture.Time.Advance(TimeSpan.FromSeconds(1));

        var refused = await AdmitAsync(Requests.Valid(id));
        Assert.Equal(code, refused.Refusal!.Code);
        Assert.NotNull(refused.ToolId);
        Assert.Equal("DEPENDENCY_MISSING", (await AdmitAsync(Requests.Valid($"needs-{id}"))).Refusal!.Code);
    }

    [ServersFact]
    public async Task Admit_RandomAndMutatedPayloads_NeverThrows()
    {
        await fixture.PublishAsync(Definitions.Valid());
        var random = new Random(20260302);
        var admitted = 0;
        for (var round = 0; round < 3000; round++)
        {
            using var document = JsonDocument.Parse(Mutations.Of(Requests.Valid(), random));
            var outcome = await fixture.AdmitAsync(Requests.Event(document.RootElement));
            Assert.True(outcome.Plan is null != outcome.Refusal is null);
            await AssertStorableAsync(outcome);
            admitted += outcome.Plan is null ? 0 : 1;
        }

        // Mutations that change nothing of weight are admitted: the test reaches both ends.
        Assert.InRange(admitted, 1, 2999);
    }

    /// <summary>What an admission says must fit into PostgreSQL, whatever was sent.</summary>
    private async Task AssertStorableAsync(AdmissionOutcome outcome)
    {
        await using var command = fixture.Database.Source.CreateCommand("SELECT $1::jsonb, $2::jsonb, $3::jsonb");
        foreach (var value in new object?[] { outcome.StoredParameters, outcome.Request, outcome.Refusal })
        {
            command.Parameters.Add(new NpgsqlParameter { Value = JsonSerializer.Serialize(value, WireJson.Options) });
        }

        await command.ExecuteNonQueryAsync();
    }

    private static JsonObject Changed(string change)
    {
        var request = Requests.Valid();
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
        {
            request[name] = value?.DeepClone();
        }

        return request;
    }

    private Task<AdmissionOutcome> AdmitAsync(JsonNode payload) => fixture.AdmitAsync(Requests.Event(payload));
}
