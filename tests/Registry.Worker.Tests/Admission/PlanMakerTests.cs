using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Registry.Worker.Tools;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;
using Xunit;

namespace Capns.Registry.Worker.Tests.Admission;

public sealed class PlanMakerTests
{
    // Platform spec 5.3, row "Default sandbox".
    [Theory]
    [InlineData("safe", 256, 0.5, 10_000)]
    [InlineData("moderate", 512, 1, 30_000)]
    [InlineData("restricted", 512, 1, 30_000)]
    [InlineData("dangerous", 512, 1, 30_000)]
    public void Make_ToolNamesNoLimits_GetsThoseOfItsLevel(string level, int memory, double cpu, int timeout)
    {
        var limits = Plan(Definitions.Valid().With("securityLevel", level)).Limits;
        Assert.Equal((memory, cpu, timeout, false, 0), (limits.MemoryMb, limits.Cpu, limits.TimeoutMs, limits.NetworkAccess, limits.MaxNetworkCalls));
    }

    [Fact]
    public void Make_ToolNamesLimits_TheyHoldUpToTheCaps()
    {
        var definition = Definitions.Valid().With("executionConfig", JsonNode.Parse("""{"timeout":60000,"memoryLimit":"2GB","cpuLimit":2}"""));
        Assert.Equal((2048, 2d, 60_000), Numbers(Plan(definition).Limits));
        Assert.Equal((1024, 1d, 5000), Numbers(Plan(definition, options: new ToolOptions { MaxMemoryMb = 1024, MaxCpu = 1, MaxTimeoutMs = 5000 }).Limits));
    }

    [Theory]
    [InlineData(9_999, 9_999)]
    [InlineData(10_001, 10_000)]
    public void Make_RequestNamesATimeout_ItOnlyLowers(int asked, int expected) =>
        Assert.Equal(expected, Plan(Definitions.Valid(), new ToolExecutionRequest { Timeout = asked }).Limits.TimeoutMs);

    [Fact]
    public void Make_RequestRaisesTheLevel_LimitsStayAndTheLevelHolds()
    {
        var plan = Plan(Definitions.Valid(), level: SecurityLevel.Dangerous);
        Assert.Equal((256, 0.5, 10_000), Numbers(plan.Limits));
        Assert.Equal((SecurityLevel.Dangerous, "isolated", false), (plan.Limits.SecurityLevel, plan.Pool, plan.ResultMayTravel));
    }

    [Theory]
    [InlineData("trusted", null, "trusted")]
    [InlineData("reviewed", null, "default")]
    [InlineData("quarantine", null, "quarantine")]
    [InlineData("quarantine", "gpu", "gpu")]
    public void Make_Pool_IsTheToolsElseByTrust(string trust, string? pool, string expected) =>
        Assert.Equal(expected, Plan(Definitions.Valid().With("trust", trust).With("pool", pool)).Pool);

    [Theory]
    [InlineData("u", "a", "u")]
    [InlineData(null, "a", "a")]
    [InlineData(null, null, "some-service")]
    public void Make_RateLimitCaller_IsUserElseAgentElseSource(string? user, string? agent, string expected) =>
        Assert.Equal(expected, Plan(Definitions.Valid(), new ToolExecutionRequest { UserId = user, AgentId = agent, RequestedBy = "p" }).RateLimit.Caller);

    [Fact]
    public void Make_ToolsOwnRateLimits_Hold()
    {
        var plan = Plan(Definitions.Valid().With("rateLimits", JsonNode.Parse("""{"maxCallsPerMinute":7,"maxCallsPerHour":70,"maxConcurrentExecutions":3,"onLimit":"reject"}""")));
        Assert.Equal((7, 70, 3, true), (plan.RateLimit.MaxCallsPerMinute, plan.RateLimit.MaxCallsPerHour, plan.RateLimit.MaxConcurrentExecutions, plan.RejectWhenLimited));
    }

    [Theory]
    [InlineData("""{"costEstimate":0.25}""", 0.25)]
    [InlineData("""{"pricing":{"perCall":0.1,"perSecond":0.01},"executionTimeEstimate":2000}""", 0.12)]
    [InlineData("""{}""", 0)]
    public void Make_EstimatedCost_IsTheEstimateElseThePrices(string members, double expected)
    {
        var definition = Definitions.Valid();
        foreach (var (name, value) in JsonNode.Parse(members)!.AsObject())
        {
            definition[name] = value!.DeepClone();
        }

        Assert.Equal((decimal)expected, Plan(definition).EstimatedCost);
    }

    [Fact]
    public void Make_ResultHoldsSecrets_ItStaysOffTheBus() =>
        Assert.False(Plan(Definitions.Valid().With("returnType", JsonNode.Parse("""{"type":"object","properties":{"key":{"type":"string","x-secret":true}}}"""))).ResultMayTravel);

    [Fact]
    public void Make_NetworkTool_GetsANumberOfCalls()
    {
        var definition = Definitions.Valid().With("securityLevel", "moderate").With("executionConfig.networkAccess", true);
        Assert.Equal(PlanMaker.DefaultNetworkCalls, Plan(definition).Limits.MaxNetworkCalls);
        Assert.Equal(3, Plan(definition.With("executionConfig.maxNetworkCalls", 3)).Limits.MaxNetworkCalls);
    }

    private static (int Memory, double Cpu, int Timeout) Numbers(Contracts.Running.RunLimits limits) => (limits.MemoryMb, limits.Cpu, limits.TimeoutMs);

    private static RunPlan Plan(JsonObject document, ToolExecutionRequest? request = null, SecurityLevel? level = null, ToolOptions? options = null)
    {
        var definition = Definitions.Checked(document);
        var row = new Tool
        {
            Id = Guid.NewGuid(),
            Slug = "adder",
            Name = "adder",
            DisplayName = "adder",
            Description = "",
            Version = definition.Version,
            Category = definition.Category,
            Tags = [],
            Capabilities = [],
            Owner = "o",
            Author = "a",
            MaintenanceStatus = "active",
            Trust = definition.Trust,
            Pool = definition.Pool,
            Config = "{}",
        };
        var schemas = ToolSchemas.Compile(definition, new List<FieldError>())!;
        var call = new AdmittedCall
        {
            Request = request ?? new ToolExecutionRequest { AgentId = "a" },
            Source = "some-service",
            Tool = new ResolvedTool(row, ToolFlags.Of(definition), definition, schemas, Deprecated: false),
            OwnLevel = definition.SecurityLevel,
            Level = level ?? definition.SecurityLevel,
            Parameters = JsonSerializer.SerializeToElement(new { a = 1 }),
            ParametersHash = "sha256:",
        };
        return PlanMaker.Make(call, options ?? new ToolOptions());
    }
}
