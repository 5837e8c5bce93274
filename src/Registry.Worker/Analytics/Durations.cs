namespace Capns.Registry.Worker.Analytics;

/// <summary>Durations by class, and what can be read from them. Not thread-safe.</summary>
internal sealed class Durations
{
    private readonly SortedDictionary<int, long> _classes = [];
    private long _runs;

    /// <summary>Adds runs of one class.</summary>
    public void Add(int durationClass, long runs)
    {
        _classes[durationClass] = _classes.GetValueOrDefault(durationClass) + runs;
        _runs += runs;
    }

    /// <summary>The duration that this share of the runs did not exceed, in ms; a class is taken as evenly filled. Null: nothing ran.</summary>
    /// <param name="share">0 to 1.</param>
    public double? Quantile(double share)
    {
        var rank = share * _runs;
        double below = 0;
        foreach (var (number, runs) in _classes)
        {
            if (below + runs >= rank)
            {
                var low = number == 0 ? 0 : Math.Pow(UsageRollup.ClassBase, number - 1);
                var high = Math.Pow(UsageRollup.ClassBase, number);
                return Math.Round(low + ((high - low) * Math.Clamp((rank - below) / runs, 0, 1)), 1);
            }

            below += runs;
        }

        return null;
    }
}
