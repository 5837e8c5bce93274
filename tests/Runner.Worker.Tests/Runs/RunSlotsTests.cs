using Capns.Contracts;
using Capns.Runner.Worker.Runs;

namespace Capns.Runner.Worker.Tests.Runs;

public class RunSlotsTests
{
    [Theory]
    [InlineData(100, Priority.High, 100)]
    [InlineData(100, Priority.Normal, 60)]
    [InlineData(100, Priority.Low, 20)]
    [InlineData(1, Priority.Normal, 1)]
    [InlineData(4, Priority.Low, 1)]
    public void Share_OfPriority_IsAtLeastOne(int total, Priority priority, int share) => Assert.Equal(share, RunSlots.Share(total, priority));

    [Fact]
    public async Task Take_ShareIsUsedUp_WaitsAlthoughPlacesAreFree()
    {
        var slots = new RunSlots(10);
        var taken = await slots.TakeAsync(Priority.Low, CancellationToken.None);
        await slots.TakeAsync(Priority.Low, CancellationToken.None);

        var third = slots.TakeAsync(Priority.Low, CancellationToken.None);
        Assert.False(third.IsCompleted);
        Assert.True(slots.TakeAsync(Priority.High, CancellationToken.None).IsCompletedSuccessfully);

        taken.Dispose();
        taken.Dispose();
        await third.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(3, slots.Used);
    }

    [Fact]
    public async Task Take_PlacesAreShort_HigherPriorityGoesFirstThenWhoeverWaitsLongest()
    {
        var slots = new RunSlots(1);
        var held = await slots.TakeAsync(Priority.Low, CancellationToken.None);
        var order = new List<string>();
        var waiting = new[] { ("low", Priority.Low), ("normal 1", Priority.Normal), ("normal 2", Priority.Normal), ("high", Priority.High) }
            .Select(entry => RunAsync(entry.Item1, entry.Item2))
            .ToList();

        held.Dispose();
        await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(["high", "normal 1", "normal 2", "low"], order);

        async Task RunAsync(string name, Priority priority)
        {
            using var place = await slots.TakeAsync(priority, CancellationToken.None);
            order.Add(name);
        }
    }

    [Fact]
    public async Task Take_Cancelled_LosesNoPlace()
    {
        var slots = new RunSlots(1);
        var held = await slots.TakeAsync(Priority.High, CancellationToken.None);
        using var cancel = new CancellationTokenSource();
        var cancelled = slots.TakeAsync(Priority.High, cancel.Token);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        held.Dispose();

        Assert.Equal(0, slots.Used);
        Assert.True(slots.TakeAsync(Priority.High, CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Take_ManyAtOnce_NeverGoesOverTheTotal()
    {
        var slots = new RunSlots(7);
        var most = 0;
        var random = new Random(1);
        var priorities = Enumerable.Range(0, 500).Select(_ => (Priority)random.Next(1, 4)).ToList();

        await Task.WhenAll(priorities.Select(priority => Task.Run(async () =>
        {
            using var place = await slots.TakeAsync(priority, CancellationToken.None);
            InterlockedMax(ref most, slots.Used);
            await Task.Yield();
        })));

        Assert.InRange(most, 1, 7);
        Assert.Equal(0, slots.Used);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref most)) && Interlocked.CompareExchange(ref most, value, seen) != seen)
        {
            // Another thread was quicker.
        }
    }
}
