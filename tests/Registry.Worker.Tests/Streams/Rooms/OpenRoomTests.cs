using Capns.Registry.Worker.Streams.Live.Rooms;
using Capns.Registry.Worker.Tests.Streams.Bridging;
using Xunit;

namespace Capns.Registry.Worker.Tests.Streams.Rooms;

public sealed class OpenRoomTests
{
    private readonly OpenRoom _room = new();
    private readonly Listener _listener = new();

    public OpenRoomTests() => _room.Join(_listener);

    [Fact]
    public void Offer_AnExecutionThatHasJustBegunInDisorder_IsHeardFromItsFirstEvent()
    {
        Assert.True(_room.Offer(Live.Log(2)));
        Assert.Equal(1, _room.GapOf(Live.Execution)?.From);
        Assert.False(_room.Offer(Live.Started()));
        Assert.False(_room.Offer(Live.Log(2)));

        Assert.Equal([1, 2], _listener.Sequences);
    }

    [Fact]
    public void Offer_AnExecutionThatIsOnItsWay_IsHeardFromTheEventThatCameFirst()
    {
        Assert.False(_room.Offer(Live.Log(500)));
        Assert.True(_room.Offer(Live.Log(502)));
        _room.Offer(Live.Log(501));
        _room.Offer(Live.Log(499));

        Assert.Equal([500, 501, 502], _listener.Sequences);
    }
}
