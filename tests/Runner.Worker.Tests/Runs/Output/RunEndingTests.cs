using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Runner.Worker.Runs.Output;
using Capns.Runner.Worker.Sandboxing;

namespace Capns.Runner.Worker.Tests.Runs.Output;

public class RunEndingTests
{
    private static readonly RunLimits Limits = Example.RunTool().Limits with { TimeoutMs = 30_000, MemoryMb = 256, OutputBytes = 1000 };

    [Fact]
    public void From_TimedOut_NamesTheLimit()
    {
        var error = Error(SandboxOutcome.TimedOut, new ToolReport { Error = new ToolError(ErrorType.Quota, "too late", null) });

        Assert.Equal("EXECUTION_TIMEOUT", error.Code);
        Assert.Equal(ErrorType.Timeout, error.Type);
        Assert.True(error.Recoverable);
        Assert.Equal("The attempt exceeded its time limit of 30000 ms.", error.Message);
        Assert.Equal(30_000, error.Details!.Value.GetProperty("limitMs").GetInt32());
    }

    [Theory]
    [InlineData(nameof(SandboxOutcome.OutOfMemory), "MEMORY_EXCEEDED", "limitMb", 256)]
    [InlineData(nameof(SandboxOutcome.OutputTooLarge), "OUTPUT_TOO_LARGE", "limitBytes", 1000)]
    public void From_LimitIsBroken_IsAQuotaErrorThatIsNotRepeated(string outcome, string code, string detail, int limit)
    {
        var error = Error(Enum.Parse<SandboxOutcome>(outcome), new ToolReport());

        Assert.Equal((code, ErrorType.Quota, false), (error.Code, error.Type, error.Recoverable));
        Assert.Equal(limit, error.Details!.Value.GetProperty(detail).GetInt32());
        Assert.Contains($"{limit}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ErrorType.Validation, false)]
    [InlineData(ErrorType.Dependency, true)]
    public void From_ErrorLine_IsExecutionFailedOfItsType(ErrorType type, bool recoverable)
    {
        var report = new ToolReport { Result = Example.Json("1"), ResultIsExplicit = true, Error = new ToolError(type, "No.", null) };

        var ending = RunEnding.From(Example.Exited(), report, Limits, 1000);

        Assert.Equal(RunOutcome.Failed, ending.Outcome);
        Assert.Equal(("EXECUTION_FAILED", type, recoverable, "No."), (ending.Error!.Code, ending.Error.Type, ending.Error.Recoverable, ending.Error.Message));
    }

    [Fact]
    public void From_ExitCodeIsNotZero_FailsAlthoughThereIsAResult()
    {
        var report = new ToolReport { Result = Example.Json("1"), ResultIsExplicit = true, LastStderrLine = "boom" };

        var error = RunEnding.From(Example.Exited(3), report, Limits, 1000).Error!;

        Assert.Equal("The tool ended with exit code 3.", error.Message);
        Assert.Equal("boom", error.Details!.Value.GetProperty("stderr").GetString());
    }

    [Fact]
    public void From_ResultIsTooLarge_NamesTheLimit()
    {
        var error = RunEnding.From(Example.Exited(), new ToolReport { ResultIsTooLarge = true }, Limits, 4096).Error!;

        Assert.Equal("OUTPUT_TOO_LARGE", error.Code);
        Assert.Contains("4096", error.Message, StringComparison.Ordinal);
    }

    private static ErrorDetail Error(SandboxOutcome outcome, ToolReport report) =>
        RunEnding.From(Example.Exited() with { Outcome = outcome, ExitCode = null }, report, Limits, 1000).Error!;
}
