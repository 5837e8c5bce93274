using Capns.Registry.Worker.Streams;
using Capns.Registry.Worker.Streams.Live.Sessions;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Streams.Sessions;

public sealed class TimingTests
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(30);
    private static readonly SessionState Known = new(true, null, null, false);

    private readonly ManualTime _time = new();

    [Fact]
    public void Tick_NobodyLogsIn_EndsAfterFiveSecondsAndOnce()
    {
        var clock = new SessionClock(Heartbeat, _time);
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Equal(SessionDue.Nothing, clock.Tick(default));
        _time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(SessionDue.NoLogin, clock.Tick(default));
        Assert.Equal(SessionDue.Nothing, clock.Tick(default));
    }

    [Fact]
    public void Tick_PingsAreAnswered_GoesOn()
    {
        var clock = new SessionClock(Heartbeat, _time);
        for (var round = 0; round < 10; round++)
        {
            _time.Advance(Heartbeat);
            Assert.Equal(SessionDue.Ping, clock.Tick(Known));
            Assert.Equal(SessionDue.Nothing, clock.Tick(Known));
            clock.Ponged();
        }
    }

    [Fact]
    public void Tick_NoPongForTwoIntervals_EndsIt()
    {
        var clock = new SessionClock(Heartbeat, _time);
        var due = new List<SessionDue>();
        for (var round = 0; round < 4; round++)
        {
            _time.Advance(Heartbeat);
            due.Add(clock.Tick(Known));
        }

        Assert.Equal([SessionDue.Ping, SessionDue.Ping, SessionDue.Silent, SessionDue.Nothing], due);
    }

    [Fact]
    public void Tick_ATokenThatEnds_IsAnnouncedOnceAndEndsTheSession()
    {
        var clock = new SessionClock(TimeSpan.FromHours(1), _time);
        var state = Known with { TokenEnds = _time.GetUtcNow() + TimeSpan.FromSeconds(90) };
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(SessionDue.Nothing, clock.Tick(state));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(SessionDue.Expiring, clock.Tick(state));
        Assert.Equal(SessionDue.Nothing, clock.Tick(state));

        clock.LoginRenewed();
        var longer = state with { TokenEnds = state.TokenEnds + TimeSpan.FromSeconds(60) };
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(SessionDue.Expiring, clock.Tick(longer));
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(SessionDue.Expired, clock.Tick(longer));
    }

    [Fact]
    public void Tick_TheBufferIsFullForTenSeconds_EndsIt()
    {
        var clock = new SessionClock(TimeSpan.FromHours(1), _time);
        var state = Known with { FullSince = _time.GetUtcNow() };
        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal(SessionDue.Nothing, clock.Tick(state));
        _time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(SessionDue.TooSlow, clock.Tick(state));
    }

    [Fact]
    public void Tick_MoreThanCanBeKept_EndsItAtOnce() =>
        Assert.Equal(SessionDue.TooSlow, new SessionClock(Heartbeat, _time).Tick(Known with { IsOverrun = true }));

    [Fact]
    public void Count_WithinTheLimit_IsFineForEver()
    {
        var rate = new FrameRate(20, StreamOptions.Patience, _time);
        for (var second = 0; second < 60; second++)
        {
            Assert.All(Enumerable.Range(0, 20), _ => Assert.Equal(FrameVerdict.Fine, rate.Count()));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void Count_AboveTheLimit_TellsOnceASecondAndHasEnoughAfterTen()
    {
        var rate = new FrameRate(20, StreamOptions.Patience, _time);
        for (var second = 0; second < 10; second++)
        {
            var verdicts = Enumerable.Range(0, 30).Select(_ => rate.Count()).ToList();
            Assert.Equal((20, 1, 9), (Of(FrameVerdict.Fine), Of(FrameVerdict.Tell), Of(FrameVerdict.Ignore)));
            _time.Advance(TimeSpan.FromSeconds(1));

            int Of(FrameVerdict verdict) => verdicts.Count(one => one == verdict);
        }

        Assert.Contains(FrameVerdict.Enough, Enumerable.Range(0, 30).Select(_ => rate.Count()));
    }

    [Fact]
    public void Count_ASecondOfQuietInBetween_StartsAnew()
    {
        var rate = new FrameRate(20, StreamOptions.Patience, _time);
        for (var second = 0; second < 40; second++)
        {
            Assert.DoesNotContain(FrameVerdict.Enough, Enumerable.Range(0, second % 8 == 7 ? 5 : 30).Select(_ => rate.Count()));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
