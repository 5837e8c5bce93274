namespace Capns.Registry.Worker.Streams.Live.Sessions;

/// <summary>Counts a client's frames second by second (platform spec 4.7, "Limits", "Errors"). Not thread-safe.</summary>
internal sealed class FrameRate(int perSecond, TimeSpan patience, TimeProvider time)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private long _window = time.GetTimestamp();
    private int _count;
    private long? _floodSince;

    /// <summary>Counts one.</summary>
    public FrameVerdict Count()
    {
        if (time.GetElapsedTime(_window) >= Second)
        {
            // A second without too many, or one without any: the flood is over.
            _floodSince = _count > perSecond && time.GetElapsedTime(_window) < 2 * Second ? _floodSince : null;
            _window = time.GetTimestamp();
            _count = 0;
        }

        if (++_count <= perSecond)
        {
            return FrameVerdict.Fine;
        }

        _floodSince ??= _window;
        if (time.GetElapsedTime(_floodSince.Value) >= patience)
        {
            return FrameVerdict.Enough;
        }

        // Told once a second: an answer for each would be a flood of ours.
        return _count == perSecond + 1 ? FrameVerdict.Tell : FrameVerdict.Ignore;
    }
}

/// <summary>What to do with a frame.</summary>
internal enum FrameVerdict
{
    /// <summary>Read it.</summary>
    Fine = 0,

    /// <summary>Do not read it, and say so.</summary>
    Tell = 1,

    /// <summary>Do not read it.</summary>
    Ignore = 2,

    /// <summary>Close.</summary>
    Enough = 3,
}
