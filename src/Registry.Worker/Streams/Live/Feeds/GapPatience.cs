namespace Capns.Registry.Worker.Streams.Live.Feeds;

/// <summary>How long somebody waits for what is missing between two events. Not thread-safe.</summary>
/// <remarks>
/// Progress is told at once and recorded up to a second later, so what is missing may still come. What really is missing is
/// the jump of numbers after a lost runner (platform spec 3.13), or progress that nobody could take.
/// </remarks>
internal sealed class GapPatience(TimeProvider time)
{
    /// <summary>What has not come by then does not come.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>What is missing before an event of this age is not on its way any more.</summary>
    public static readonly TimeSpan OldAge = TimeSpan.FromSeconds(10);

    /// <summary>Longest time between two looks.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private int _missing;
    private long _since;
    private TimeSpan _pause;

    /// <summary>After a look in which nothing was found: how long to wait before the next. Null: it does not come.</summary>
    /// <param name="missing">First sequence that is missing; another one begins anew.</param>
    /// <param name="told">When the event was told that waits for it; null: unknown.</param>
    public TimeSpan? Next(int missing, DateTimeOffset? told)
    {
        if (missing != _missing)
        {
            (_missing, _since, _pause) = (missing, time.GetTimestamp(), FirstPause);
        }

        if (time.GetElapsedTime(_since) >= Longest || time.GetUtcNow() - told > OldAge)
        {
            return null;
        }

        var pause = _pause;
        _pause = pause < LongestPause ? pause * 2 : LongestPause;
        return pause;
    }
}
