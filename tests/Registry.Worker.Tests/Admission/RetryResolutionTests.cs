using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Executions.Admission;
using Xunit;

namespace Capns.Registry.Worker.Tests.Admission;

public sealed class RetryResolutionTests
{
    [Fact]
    public void Resolve_NothingGiven_HasTheDocumentedDefaults()
    {
        var policy = RetryResolution.Resolve(null, new ToolExecutionRequest(), idempotent: true, SecurityLevel.Safe);
        Assert.Equal((3, "exponential", 1000, 2d, 30_000, 0.2), (policy.MaxAttempts, policy.Backoff, policy.InitialDelayMs, policy.Multiplier, policy.MaxDelayMs, policy.Jitter));
        Assert.Equal([ErrorType.Timeout, ErrorType.Quota, ErrorType.Dependency], policy.RetryOn);
    }

    // Tool's attempts, request's attempts, idempotent, level: attempts.
    [Theory]
    [InlineData(null, null, false, SecurityLevel.Safe, 1)]
    [InlineData(5, null, false, SecurityLevel.Safe, 5)]
    [InlineData(5, 2, false, SecurityLevel.Safe, 2)]
    [InlineData(5, 7, false, SecurityLevel.Safe, 5)]
    [InlineData(5, 7, true, SecurityLevel.Moderate, 7)]
    [InlineData(5, null, true, SecurityLevel.Restricted, 5)]
    [InlineData(5, 4, false, SecurityLevel.Restricted, 1)]
    [InlineData(5, 4, true, SecurityLevel.Dangerous, 1)]
    public void Resolve_Attempts_AreLoweredAndRaisedOnlyWhereAllowed(int? tool, int? asked, bool idempotent, SecurityLevel level, int expected)
    {
        var request = new ToolExecutionRequest { RetryPolicy = new RetryPolicy { MaxAttempts = asked } };
        Assert.Equal(expected, RetryResolution.Resolve(new RetryPolicy { MaxAttempts = tool }, request, idempotent, level).MaxAttempts);
    }

    [Fact]
    public void Resolve_Aliases_AreRead()
    {
        Assert.Equal(3, Attempts(new ToolExecutionRequest { RetryPolicy = new RetryPolicy { MaxRetries = 2 } }));
        Assert.Equal(5, Attempts(new ToolExecutionRequest { RetryPolicy = new RetryPolicy { RetryAttempts = 4 } }));
        Assert.Equal(3, Attempts(new ToolExecutionRequest { RetryPolicy = new RetryPolicy { RetryOnFailure = true } }));
        Assert.Equal(1, Attempts(new ToolExecutionRequest { RetryOnFailure = false }));
        Assert.Equal(3, Attempts(new ToolExecutionRequest { RetryOnFailure = true }));
        Assert.Equal(2, Attempts(new ToolExecutionRequest { MaxRetries = 1 }));

        var policy = RetryResolution.Resolve(
            new RetryPolicy { BackoffStrategy = "linear", BaseDelay = 7, MaxDelay = 9, RetryableErrors = [ErrorType.Execution] }, new ToolExecutionRequest(), true, SecurityLevel.Safe);
        Assert.Equal(("linear", 7, 9), (policy.Backoff, policy.InitialDelayMs, policy.MaxDelayMs));
        Assert.Equal([ErrorType.Execution], policy.RetryOn);
    }

    [Fact]
    public void Resolve_RequestWantsMoreErrorTypes_OnlyIdempotentToolsGiveThem()
    {
        var request = new ToolExecutionRequest { RetryPolicy = new RetryPolicy { RetryOn = [ErrorType.Execution, ErrorType.Timeout] } };
        Assert.Equal([ErrorType.Timeout], RetryResolution.Resolve(null, request, false, SecurityLevel.Safe).RetryOn);
        Assert.Equal([ErrorType.Execution, ErrorType.Timeout], RetryResolution.Resolve(null, request, true, SecurityLevel.Safe).RetryOn);
    }

    private static int Attempts(ToolExecutionRequest request) =>
        RetryResolution.Resolve(null, request, idempotent: true, SecurityLevel.Safe).MaxAttempts;
}
