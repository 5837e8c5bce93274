using Capns.Registry.Worker.Executions.Sharing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Executions;

/// <summary>Which lines are looked at, and when.</summary>
public sealed class ShareBoardTests
{
    private static readonly ShareKey Key = new("agent-001", "default");

    private readonly ShareBoard _board = new();

    [Fact]
    public void Freed_NobodyWaits_SignalsNothing()
    {
        _board.Freed(Key);

        Assert.False(_board.Signals.TryRead(out _));
    }

    [Fact]
    public void Freed_SomebodyWaits_SignalsOnceUntilLookedAt()
    {
        _board.Waits(Key);
        _board.Freed(Key);
        _board.Freed(Key);

        Assert.Equal(1, Taken());
        _board.Looking(Key);
        _board.Freed(Key);
        Assert.Equal(1, Taken());
    }

    [Fact]
    public void Leave_SomebodyWaits_Signals()
    {
        Assert.Equal(1, _board.Enter(Key));
        Assert.Equal(2, _board.Enter(Key));
        _board.Waits(Key);
        Assert.Equal(1, Taken());
        _board.Looking(Key);

        _board.Leave(Key);

        Assert.Equal(1, Taken());
        Assert.Equal(1, _board.OpenOf(Key));
    }

    [Fact]
    public void Learn_LineOfAnotherRegistry_IsSignalledFromThenOn()
    {
        _board.Learn([Key], _board.Clock());
        _board.Freed(Key);

        Assert.Equal(1, Taken());
    }

    [Fact]
    public void Learn_LineIsGone_IsForgotten()
    {
        _board.Waits(Key);
        Assert.Equal(1, Taken());
        _board.Looking(Key);

        _board.Learn([], _board.Clock());
        _board.Freed(Key);

        Assert.Equal(0, Taken());
    }

    [Fact]
    public void Learn_SomebodyCameAfterTheLook_IsNotForgotten()
    {
        var since = _board.Clock();
        _board.Waits(Key);
        Assert.Equal(1, Taken());
        _board.Looking(Key);

        _board.Learn([], since);
        _board.Freed(Key);

        Assert.Equal(1, Taken());
    }

    private int Taken()
    {
        var count = 0;
        while (_board.Signals.TryRead(out _))
        {
            count++;
        }

        return count;
    }
}
