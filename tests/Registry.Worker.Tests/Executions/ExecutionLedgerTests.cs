using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Executions.Events;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Tests.Audit;
using Capns.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Capns.Registry.Worker.Tests.Executions;

/// <summary>How deep an entry goes (platform spec 5.3).</summary>
public sealed class ExecutionLedgerTests
{
    private readonly RecordedAudit _audit = new();

    [Theory]
    [InlineData(SecurityLevel.Safe, "attempts durationMs parametersBytes parametersHash resultBytes state toolId toolVersion", 1)]
    [InlineData(SecurityLevel.Moderate, "attempts durationMs parameters parametersBytes parametersHash resultBytes state toolId toolVersion", 1)]
    [InlineData(SecurityLevel.Restricted, "attempts durationMs parameters parametersBytes parametersHash result resultBytes state toolId toolVersion", 1)]
    [InlineData(SecurityLevel.Dangerous, "attempts durationMs parameters parametersBytes parametersHash result resultBytes resultSha256 state toolId toolVersion", 2)]
    public async Task Told_OfAnEnd_HoldsWhatTheLevelDemands(SecurityLevel level, string members, int entries)
    {
        await using var db = new RegistryDbContext(new DbContextOptionsBuilder<RegistryDbContext>().UseNpgsql("Host=nowhere").Options);
        var transaction = new RegistryTransaction(db, DateTimeOffset.UnixEpoch, TimeSpan.Zero, CancellationToken.None);

        var (ledger, execution) = (new ExecutionLedger(_audit), Ended(level));
        ledger.Said(transaction, execution, "tool.execution.completed", Example.Json("{}"));
        ledger.Told(transaction, execution, "tool.execution.completed", ExecutionState.Completed);
        transaction.RunAfterCommit();

        Assert.Equal(entries, _audit.Entries.Count);
        var entry = _audit.Entries.Single(one => one.Action == "execution.finish");
        Assert.Equal(members, string.Join(' ', entry.Details!.Select(member => member.Key).Order(StringComparer.Ordinal)));
        Assert.Equal((level, AuditOutcome.Ok), (entry.Level, entry.Outcome));
    }

    [Theory]
    [InlineData("INSUFFICIENT_PERMISSIONS", "Denied")]
    [InlineData("INVALID_PARAMETERS", "Failed")]
    public async Task Told_OfARefusal_SaysWhetherItWasDenied(string code, string outcome)
    {
        await using var db = new RegistryDbContext(new DbContextOptionsBuilder<RegistryDbContext>().UseNpgsql("Host=nowhere").Options);
        var transaction = new RegistryTransaction(db, DateTimeOffset.UnixEpoch, TimeSpan.Zero, CancellationToken.None);
        var execution = Ended(SecurityLevel.Safe);
        execution.Error = JsonSerializer.Serialize(
            new ErrorDetail { Type = ErrorCodes.All[code].Type, Code = code, Message = "No.", Recoverable = false }, Contracts.Json.WireJson.Options);

        new ExecutionLedger(_audit).Told(transaction, execution, "tool.execution.failed", ExecutionState.Rejected);
        transaction.RunAfterCommit();

        var entry = Assert.Single(_audit.Entries);
        Assert.Equal(("execution.refuse", outcome, code), (entry.Action, entry.Outcome.ToString(), entry.Code));
    }

    [Fact]
    public void ErrorRate_OverTime_CountsTheLastFiveMinutes()
    {
        var time = new ManualTime();
        var rate = new ErrorRate(time);
        Assert.Equal(0, rate.Rate());
        rate.Ended(ExecutionState.Failed);
        rate.Ended(ExecutionState.Rejected);
        time.Advance(TimeSpan.FromMinutes(3));
        rate.Ended(ExecutionState.Completed);
        Assert.Equal(0.5, rate.Rate());
        time.Advance(TimeSpan.FromMinutes(2) + TimeSpan.FromSeconds(10));
        Assert.Equal(0, rate.Rate());
        time.Advance(TimeSpan.FromMinutes(5));
        rate.Ended(ExecutionState.Failed);
        Assert.Equal(1, rate.Rate());
    }

    private static Execution Ended(SecurityLevel level) => new()
    {
        CorrelationId = Guid.NewGuid(),
        SecurityLevel = level,
        ToolRef = "math-calculator",
        ToolVersion = "1.0.0",
        ParametersHash = "sha256:00",
        Parameters = """{"a":1}""",
        Result = """{"sum":3}""",
        Attempt = 1,
        StartedAt = DateTimeOffset.UnixEpoch,
        CompletedAt = DateTimeOffset.UnixEpoch.AddSeconds(1),
    };
}
