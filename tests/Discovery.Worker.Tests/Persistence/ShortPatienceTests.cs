using Capns.Discovery.Worker.Persistence;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Persistence;

/// <summary>One waits in vain, the others do not wait.</summary>
public sealed class ShortPatienceTests
{
    [Fact]
    public async Task Wait_ForWhatNeverEnds_EndsAndSpendsThePatience()
    {
        var patience = new ShortPatience(TimeSpan.FromMilliseconds(10));
        Assert.False(patience.IsSpent);

        await Assert.ThrowsAsync<TimeoutException>(() => patience.WaitAsync(new TaskCompletionSource().Task));

        Assert.True(patience.IsSpent);
    }

    [Fact]
    public async Task Wait_ForWhatEndsOrFails_SpendsNothing()
    {
        var patience = new ShortPatience(TimeSpan.FromSeconds(30));

        await patience.WaitAsync(Task.CompletedTask);
        await Assert.ThrowsAsync<InvalidOperationException>(() => patience.WaitAsync(Task.FromException(new InvalidOperationException())));

        Assert.False(patience.IsSpent);
    }
}
