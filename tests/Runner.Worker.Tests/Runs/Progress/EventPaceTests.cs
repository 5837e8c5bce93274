using Capns.Runner.Worker.Runs.Progress;
using Capns.Testing;

namespace Capns.Runner.Worker.Tests.Runs.Progress;

public sealed class EventPaceTests
{
    private readonly ManualTime _time = new(Example.Now);

    [Theory]
    [InlineData(1, 170)]
    [InlineData(3, 510)]
    public void Wait_WhatIsMergedWithoutEnd_ComesEvenlyAndTheRateHoldsNothingBack(int together, int everyMs)
    {
        var (pace, rate, sent) = (new EventPace(_time), new EventRate(_time), new List<DateTimeOffset>());
        for (var step = 0; step < 1000; step++)
        {
            for (var left = together; left > 0 && pace.Wait == TimeSpan.Zero && rate.TryTake(MergedEvents.MaxCount); left--)
            {
                pace.Gone(left);
                sent.Add(_time.GetUtcNow());
            }

            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        var groups = sent.GroupBy(at => at).Select(group => (At: group.Key, Count: group.Count())).ToList();
        Assert.All(groups, group => Assert.Equal(together, group.Count));
        Assert.All(groups.Zip(groups.Skip(1)), pair => Assert.Equal(everyMs, (pair.Second.At - pair.First.At).TotalMilliseconds));
    }

    [Fact]
    public void Wait_BeforeAnythingWasMerged_IsNone() => Assert.Equal(TimeSpan.Zero, new EventPace(_time).Wait);
}
