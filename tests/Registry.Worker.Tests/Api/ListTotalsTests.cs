using Capns.Registry.Worker.Api;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Api;

public sealed class ListTotalsTests
{
    private readonly ManualTime _time = new();
    private int _counted;

    [Fact]
    public async Task Count_OfASmallList_IsMadeEachTime()
    {
        var totals = new ListTotals(_time);
        for (var call = 1; call <= 3; call++)
        {
            Assert.Equal(call, await totals.CountAsync("a", () => CountAsync(_counted + 1)));
        }
    }

    [Fact]
    public async Task Count_OfALargeListThatTakesLong_IsKeptForAMinuteAtMost()
    {
        var totals = new ListTotals(_time);
        await totals.CountAsync("a", () => CountAsync(ListTotals.Large));
        await totals.CountAsync("a", () => CountAsync(ListTotals.Large + 1));
        Assert.Equal(1, _counted);
        await totals.CountAsync("b", () => CountAsync(ListTotals.Large));
        Assert.Equal(2, _counted);
        _time.Advance(ListTotals.MaxAge);
        Assert.Equal(ListTotals.Large + 1, await totals.CountAsync("a", () => CountAsync(ListTotals.Large + 1)));
    }

    private Task<long> CountAsync(long total)
    {
        _counted++;
        // Longer than ListTotals.Quick by the clock that it measures with.
        SpinWait.SpinUntil(() => false, ListTotals.Quick * 2);
        return Task.FromResult(total);
    }
}
