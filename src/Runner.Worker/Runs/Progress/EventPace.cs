namespace Capns.Runner.Worker.Runs.Progress;

/// <summary>Spreads merged events over the second: without it six would go at once and then none until the second is over.</summary>
/// <remarks>
/// What waits together goes together, and the next of its kind as much later as there were events. A line so waits for its
/// event a sixth of a second at most, where a tool writes to one stream; and watchers get events evenly. Not thread-safe.
/// </remarks>
internal sealed class EventPace(TimeProvider time)
{
    /// <summary>For one event: a little more than the second's share, so that <see cref="EventRate"/> has nothing to hold back.</summary>
    public static readonly TimeSpan PerEvent = TimeSpan.FromMilliseconds(170);

    private long _since;
    private TimeSpan _pause;
    private int _left;

    /// <summary>Time until a merged event may go; zero when one may go now.</summary>
    public TimeSpan Wait => _left > 0 || _pause == TimeSpan.Zero || _pause <= time.GetElapsedTime(_since) ? TimeSpan.Zero : _pause - time.GetElapsedTime(_since);

    /// <summary>A merged event goes.</summary>
    /// <param name="waiting">How many waited, this one included.</param>
    public void Gone(int waiting)
    {
        if (_left == 0)
        {
            (_since, _pause, _left) = (time.GetTimestamp(), waiting * PerEvent, waiting);
        }

        _left--;
    }
}
