using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Tools;
using Capns.Registry.Worker.Tools.Definitions;
using Xunit;

namespace Capns.Registry.Worker.Tests.Tools;

public sealed class DefinitionCheckTests
{
    [Fact]
    public void Check_OnlyRequiredFields_FillsTheDefaults()
    {
        var definition = Definitions.Checked(Definitions.Valid().With("securityLevel", null));

        Assert.Equal(SecurityLevel.Moderate, definition.SecurityLevel);
        Assert.Equal("adder", definition.DisplayName);
        Assert.Equal(1000, definition.ExecutionTimeEstimate);
        Assert.Equal("wait", definition.RateLimits.OnLimit);
        Assert.Equal("reviewed", definition.Trust);
        Assert.Equal("active", definition.MaintenanceStatus);
        Assert.Equal(300, definition.CacheTtl);
        Assert.True(definition.IsEnabled);
        Assert.True(definition.StrictResult);
        Assert.False(definition.Idempotent);
    }

    [Fact]
    public void Check_WrittenAndReadAgain_IsTheSame()
    {
        var definition = Definitions.Checked(Definitions.Valid().With("executionConfig.memoryLimit", "1GB").With("tags", new JsonArray("x")));

        var again = DefinitionCheck.Check(JsonSerializer.SerializeToElement(definition, WireJson.Options), new ToolOptions(), out var errors);

        Assert.Empty(errors);
        Assert.Equal(JsonSerializer.Serialize(definition, WireJson.Options), JsonSerializer.Serialize(again, WireJson.Options));
        Assert.Equal(1024, again!.ExecutionConfig.MemoryLimit);
        Assert.Equal(["x"], again.Capabilities);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("description")]
    [InlineData("version")]
    [InlineData("category")]
    [InlineData("parameters")]
    [InlineData("executor")]
    public void Check_RequiredFieldIsMissing_NamesIt(string field)
    {
        var error = Assert.Single(Definitions.Errors(Definitions.Valid().With(field, null)), error => error.Keyword == "required");
        Assert.Equal($"/{field}", error.Path);
    }

    // Field, good value, bad value, pointer and keyword of the error. Both sides of every bound.
    [Theory]
    [InlineData("id", "\"a.b_c-9\"", "\"Upper\"", "/id", "pattern")]
    [InlineData("id", "\"0195561f-5a10-7c44-8b21-1a2b3c4d5e6f\"", "\"-a\"", "/id", "pattern")]
    [InlineData("name", "\"n\"", "\"\"", "/name", "minLength")]
    [InlineData("description", "\"\"", "5", "/description", "type")]
    [InlineData("version", "\"1.0.0-rc.1+b\"", "\"1.0\"", "/version", "format")]
    [InlineData("category", "\"web-search\"", "\"Web Search\"", "/category", "pattern")]
    [InlineData("tags", "[\"a\"]", "[\"\"]", "/tags/0", "type")]
    [InlineData("capabilities", "[\"cap:in;op=add;out\"]", "[\"cap:\"]", "/capabilities/0", "format")]
    [InlineData("capabilities", "[\"adds\",\"cap:in=\\\"media:a;b\\\";op=add;out=*\"]", "[\"adds\",\"cap:op=add\"]", "/capabilities/1", "format")]
    [InlineData("securityLevel", "\"LOW\"", "\"none\"", "/securityLevel", "enum")]
    [InlineData("executionTimeEstimate", "1", "0", "/executionTimeEstimate", "minimum")]
    [InlineData("costEstimate", "0", "-0.1", "/costEstimate", "minimum")]
    [InlineData("isEnabled", "false", "\"false\"", "/isEnabled", "type")]
    [InlineData("cacheTtl", "1", "0", "/cacheTtl", "minimum")]
    [InlineData("minApprovals", "10", "11", "/minApprovals", "maximum")]
    [InlineData("trust", "\"quarantine\"", "\"full\"", "/trust", "enum")]
    [InlineData("pool", "\"gpu-1\"", "\"GPU\"", "/pool", "pattern")]
    [InlineData("maintenanceStatus", "\"deprecated\"", "\"archived\"", "/maintenanceStatus", "enum")]
    [InlineData("retryPolicy", "{\"maxAttempts\":10}", "{\"maxAttempts\":11}", "/retryPolicy/maxAttempts", "maximum")]
    [InlineData("retryPolicy", "{\"jitter\":1}", "{\"jitter\":1.01}", "/retryPolicy/jitter", "maximum")]
    [InlineData("retryPolicy", "{\"multiplier\":1}", "{\"multiplier\":0.9}", "/retryPolicy/multiplier", "minimum")]
    [InlineData("retryPolicy", "{\"retryOn\":[\"timeout\"]}", "{\"retryOn\":[\"bad\"]}", "/retryPolicy/retryOn/0", "enum")]
    [InlineData("rateLimits", "{\"maxCallsPerMinute\":1}", "{\"maxCallsPerMinute\":0}", "/rateLimits/maxCallsPerMinute", "minimum")]
    [InlineData("rateLimits", "{\"onLimit\":\"reject\"}", "{\"onLimit\":\"drop\"}", "/rateLimits/onLimit", "enum")]
    [InlineData("executionConfig", "{\"timeout\":300000}", "{\"timeout\":300001}", "/executionConfig/timeout", "maximum")]
    [InlineData("executionConfig", "{\"memoryLimit\":\"4GB\"}", "{\"memoryLimit\":\"4097MB\"}", "/executionConfig/memoryLimit", "maximum")]
    [InlineData("executionConfig", "{\"memoryLimit\":16}", "{\"memoryLimit\":15}", "/executionConfig/memoryLimit", "minimum")]
    [InlineData("executionConfig", "{\"memoryLimit\":\"0.5GB\"}", "{\"memoryLimit\":\"lots\"}", "/executionConfig/memoryLimit", "format")]
    [InlineData("executionConfig", "{\"cpuLimit\":2}", "{\"cpuLimit\":2.01}", "/executionConfig/cpuLimit", "maximum")]
    [InlineData("executionConfig", "{\"networkAccess\":false}", "{\"networkAccess\":true}", "/executionConfig/networkAccess", "const")]
    [InlineData("executionConfig", "{\"isolation\":\"vm\"}", "{\"isolation\":\"none\"}", "/executionConfig/isolation", "enum")]
    [InlineData("executor", "{\"type\":\"builtin\",\"handler\":\"math-calculator\"}", "{\"type\":\"builtin\",\"handler\":\"rm-rf\"}", "/executor/handler", "enum")]
    [InlineData("executor", "{\"type\":\"command\",\"command\":[\"/bin/true\"]}", "{\"type\":\"command\",\"command\":[]}", "/executor/command", "minItems")]
    [InlineData("executor", "{\"type\":\"container\",\"image\":\"busybox:1\"}", "{\"type\":\"container\"}", "/executor/image", "required")]
    [InlineData("executor", "{\"type\":\"container\",\"image\":\"a/b\"}", "{\"type\":\"container\",\"image\":\"-v /:/h\"}", "/executor/image", "pattern")]
    [InlineData("executor", "{\"type\":\"command\",\"command\":[\"x\"],\"env\":{\"A\":\"\"}}", "{\"type\":\"command\",\"command\":[\"x\"],\"env\":{\"CAPNS_A\":\"\"}}", "/executor/env/CAPNS_A", "propertyNames")]
    [InlineData("parameters", "{\"type\":\"object\"}", "{\"type\":\"array\"}", "/parameters/type", "const")]
    [InlineData("parameters", "{\"type\":\"object\",\"minProperties\":1}", "{\"type\":\"object\",\"minProperties\":-1}", "/parameters/minProperties", "minProperties")]
    [InlineData("returnType", "true", "{\"type\":\"text\"}", "/returnType/type", "")]
    [InlineData("examples", "[{\"name\":\"e\",\"input\":{\"a\":1}}]", "[{\"name\":\"e\",\"input\":{\"a\":\"x\"}}]", "/examples/0/input/a", "type")]
    [InlineData("examples", "[{\"name\":\"e\",\"input\":{\"a\":1}}]", "[{\"name\":\"e\"}]", "/examples/0/input", "required")]
    [InlineData("dependencies", "[]", "[5]", "/dependencies/0", "type")]
    [InlineData("dependencies", "[\"other\"]", "[{\"toolId\":\"other\",\"version\":\"about 1\"}]", "/dependencies/0/version", "format")]
    public void Check_OneFieldAtItsBound_AcceptsTheGoodAndNamesTheBad(string field, string good, string bad, string path, string keyword)
    {
        Assert.Empty(Definitions.Errors(Definitions.Valid().With(field, JsonNode.Parse(good))));

        var errors = Definitions.Errors(Definitions.Valid().With(field, JsonNode.Parse(bad)));
        Assert.Contains(errors, error => error.Path == path && (keyword.Length == 0 || error.Keyword == keyword));
        Assert.All(errors, error => Assert.EndsWith(".", error.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("name", 255)]
    [InlineData("displayName", 255)]
    [InlineData("description", 4000)]
    [InlineData("owner", 255)]
    public void Check_TextAtItsLongest_IsAcceptedAndOneMoreRefused(string field, int longest)
    {
        Assert.Empty(Definitions.Errors(Definitions.Valid().With(field, new string('x', longest))));

        var error = Assert.Single(Definitions.Errors(Definitions.Valid().With(field, new string('x', longest + 1))));
        Assert.Equal(($"/{field}", "maxLength"), (error.Path, error.Keyword));
        Assert.Contains($"at most {longest}", error.Message, StringComparison.Ordinal);
        Assert.Contains($"it has {longest + 1}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tags", 50, "\"t\"")]
    [InlineData("secrets", 20, "\"s\"")]
    [InlineData("approvers", 10, "\"a\"")]
    [InlineData("dependencies", 50, "\"d\"")]
    [InlineData("examples", 20, "{\"name\":\"e\",\"input\":{\"a\":1}}")]
    public void Check_ListAtItsLongest_IsAcceptedAndOneMoreRefused(string field, int longest, string element)
    {
        JsonArray Of(int count) => [.. Enumerable.Range(0, count).Select(_ => JsonNode.Parse(element))];

        Assert.Empty(Definitions.Errors(Definitions.Valid().With(field, Of(longest))));
        var error = Assert.Single(Definitions.Errors(Definitions.Valid().With(field, Of(longest + 1))));
        Assert.Equal(($"/{field}", "maxItems"), (error.Path, error.Keyword));
    }

    [Theory]
    [InlineData("http")]
    [InlineData("mcp")]
    [InlineData("grpc")]
    [InlineData("plugin")]
    [InlineData("remote-queue")]
    public void Check_ExecutorThatIsNotBuiltYet_SaysSo(string type)
    {
        var error = Assert.Single(Definitions.Errors(Definitions.Valid().With("executor", new JsonObject { ["type"] = type })));

        Assert.Equal("/executor/type", error.Path);
        Assert.Contains("cannot run yet", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("colour", "/colour")]
    [InlineData("executor.shell", "/executor/shell")]
    [InlineData("executionConfig.gpu", "/executionConfig/gpu")]
    [InlineData("retryPolicy.times", "/retryPolicy/times")]
    public void Check_UnknownField_IsRefused(string field, string path)
    {
        var error = Assert.Single(Definitions.Errors(Definitions.Valid().With(field, 1)));
        Assert.Equal((path, "additionalProperties"), (error.Path, error.Keyword));
    }

    [Fact]
    public void Check_SeveralFieldsAreWrong_NamesAll()
    {
        var errors = Definitions.Errors(Definitions.Valid().With("version", 1).With("tags", "x").With("colour", "red"));
        Assert.Equal(["/colour", "/tags", "/version"], errors.Select(error => error.Path).Order());
    }

    [Fact]
    public void Check_RestrictedToolWithNetworkAndNoHosts_IsRefused()
    {
        var definition = Definitions.Valid().With("securityLevel", "restricted").With("executionConfig.networkAccess", true);
        Assert.Equal("/executionConfig/allowedHosts", Assert.Single(Definitions.Errors(definition)).Path);
        Assert.Empty(Definitions.Errors(definition.With("executionConfig.allowedHosts", new JsonArray("example.org"))));
    }

    [Fact]
    public void Check_ModerateToolsExampleHasAnUnknownProperty_IsRefusedAsARunWouldBe()
    {
        var examples = JsonNode.Parse("""[{"name":"e","input":{"a":1,"z":1}}]""");
        Assert.Empty(Definitions.Errors(Definitions.Valid().With("examples", examples!.DeepClone())));
        Assert.NotEmpty(Definitions.Errors(Definitions.Valid().With("securityLevel", "moderate").With("examples", examples)));
    }

    [Fact]
    public void Check_ExpectedOutputDoesNotFit_NamesThePlace()
    {
        var definition = Definitions.Valid()
            .With("returnType", JsonNode.Parse("""{"type":"object","properties":{"sum":{"type":"number"}}}"""))
            .With("examples", JsonNode.Parse("""[{"name":"e","input":{"a":1},"expectedOutput":{"sum":"two"}}]"""));
        Assert.Equal("/examples/0/expectedOutput/sum", Assert.Single(Definitions.Errors(definition)).Path);
    }

    [Theory]
    [InlineData("""{"name":"a\u0000b"}""")]
    [InlineData("""{"name":"\ud800"}""")]
    [InlineData("""{"costEstimate":1e999}""")]
    [InlineData("""{"name":"a","name":"b"}""")]
    [InlineData("[]")]
    [InlineData("null")]
    public void Check_WhatCannotBeStored_IsAnErrorAndNoException(string text)
    {
        using var document = JsonDocument.Parse(text);
        Assert.Null(DefinitionCheck.Check(document.RootElement, new ToolOptions(), out var errors));
        Assert.NotEmpty(errors);
    }
}
