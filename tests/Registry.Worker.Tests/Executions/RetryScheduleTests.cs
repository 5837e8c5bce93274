using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Executions.Timing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Executions;

public sealed class RetryScheduleTests
{
    [Theory]
    [InlineData("fixed", 2, 1000)]
    [InlineData("fixed", 5, 1000)]
    [InlineData("linear", 2, 1000)]
    [InlineData("linear", 4, 3000)]
    [InlineData("exponential", 2, 1000)]
    [InlineData("exponential", 3, 2000)]
    [InlineData("exponential", 5, 8000)]
    [InlineData("exponential", 10, 30_000)]
    public void Delay_WithoutJitter_FollowsTheBackoff(string backoff, int attempt, int expectedMs)
    {
        var delay = RetrySchedule.Delay(Plans.Policy() with { Backoff = backoff }, attempt, 0.5);

        Assert.Equal(expectedMs, delay.TotalMilliseconds, 3);
    }

    [Theory]
    [InlineData(0.0, 800)]
    [InlineData(1.0, 1200)]
    public void Delay_WithJitter_StaysWithinItsShare(double random, int expectedMs) =>
        Assert.Equal(expectedMs, RetrySchedule.Delay(Plans.Policy(), 2, random).TotalMilliseconds, 3);

    [Fact]
    public void Delay_FirstAttempt_HasNone() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RetrySchedule.Delay(Plans.Policy(), 1, 0.5));

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void MayRepeat_AttemptsAreCounted_UntilNoneIsLeft(int attempt, bool expected) =>
        Assert.Equal(expected, RetrySchedule.MayRepeat(Plans.Plan(), attempt, Plans.Error(ErrorCodes.ExecutionTimeout)));

    [Fact]
    public void MayRepeat_ErrorIsNotRecoverable_No() =>
        Assert.False(RetrySchedule.MayRepeat(Plans.Plan(), 1, Plans.Error(ErrorCodes.MemoryExceeded)));

    [Fact]
    public void MayRepeat_TypeIsNotInRetryOn_No() =>
        Assert.False(RetrySchedule.MayRepeat(Plans.Plan(), 1, Plans.Error(ErrorCodes.ExecutionFailed)));

    [Theory]
    [InlineData(SecurityLevel.Safe, false, true)]
    [InlineData(SecurityLevel.Moderate, false, true)]
    [InlineData(SecurityLevel.Restricted, false, false)]
    [InlineData(SecurityLevel.Restricted, true, true)]
    [InlineData(SecurityLevel.Dangerous, true, false)]
    public void MayRepeat_LevelDecides(SecurityLevel level, bool idempotent, bool expected)
    {
        var plan = Plans.Plan() with { Level = level, Idempotent = idempotent };

        Assert.Equal(expected, RetrySchedule.MayRepeat(plan, 1, Plans.Error(ErrorCodes.ExecutionTimeout)));
    }

    [Theory]
    [InlineData(SecurityLevel.Safe, true, 1, true)]
    [InlineData(SecurityLevel.Safe, false, 1, false)]
    [InlineData(SecurityLevel.Safe, true, 3, false)]
    [InlineData(SecurityLevel.Dangerous, true, 1, false)]
    public void MayRepeatLost_OnlyWhatMayRunTwice(SecurityLevel level, bool idempotent, int attempt, bool expected) =>
        Assert.Equal(expected, RetrySchedule.MayRepeatLost(Plans.Plan() with { Level = level, Idempotent = idempotent }, attempt));
}
