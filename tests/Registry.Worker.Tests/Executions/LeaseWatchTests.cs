using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Executions.Timing;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Executions;

public sealed class LeaseWatchTests
{
    private readonly ManualTime _time = new();
    private readonly LeaseWatch _watch;

    public LeaseWatchTests() => _watch = new LeaseWatch(_time);

    [Fact]
    public void Start_JudgesAfterALeaseOfLooks()
    {
        Assert.False(_watch.MayJudge);
        _watch.Looked();
        Look(ExecutionOptions.Lease - DueSweep.Interval);

        Assert.False(_watch.MayJudge);
        Look(DueSweep.Interval);
        Assert.True(_watch.MayJudge);
    }

    [Fact]
    public void Gap_IsNoticedBeforeTheNextLook_AndBeginsAnew()
    {
        Steady();

        _time.Advance(LeaseWatch.MaxGap);
        Assert.True(_watch.MayJudge);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(_watch.MayJudge);
        _watch.Looked();
        Assert.False(_watch.MayJudge);
        Look(ExecutionOptions.Lease);
        Assert.True(_watch.MayJudge);
    }

    [Fact]
    public void FailedLook_BeginsAnew()
    {
        Steady();

        _watch.Interrupted();
        Assert.False(_watch.MayJudge);
        _watch.Looked();
        Look(ExecutionOptions.Lease - DueSweep.Interval);
        Assert.False(_watch.MayJudge);
        Look(DueSweep.Interval);
        Assert.True(_watch.MayJudge);
    }

    [Fact]
    public void SlowLooks_ShorterThanAGap_Count()
    {
        Steady();

        _time.Advance(LeaseWatch.MaxGap);
        _watch.Looked();

        Assert.True(_watch.MayJudge);
    }

    private void Steady()
    {
        _watch.Looked();
        Look(ExecutionOptions.Lease);
        Assert.True(_watch.MayJudge);
    }

    private void Look(TimeSpan during)
    {
        for (var passed = TimeSpan.Zero; passed < during; passed += DueSweep.Interval)
        {
            _time.Advance(DueSweep.Interval);
            _watch.Looked();
        }
    }
}
