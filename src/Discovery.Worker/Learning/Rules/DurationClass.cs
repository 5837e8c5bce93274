namespace Capns.Discovery.Worker.Learning.Rules;

/// <summary>Durations in classes, so that a percentile needs a few counters: class n ends at 1.5 to the n ms. Pure.</summary>
internal static class DurationClass
{
    private const double Base = 1.5;

    /// <summary>The first class that ends at or after this many ms; 0 for everything up to 1 ms.</summary>
    public static short Of(int ms)
    {
        short at = 0;
        while (End(at) < ms)
        {
            at++;
        }

        return at;
    }

    /// <summary>Where a class ends, ms.</summary>
    public static double End(short at) => Math.Pow(Base, at);

    /// <summary>The end of the class in which the 95th of 100 runs lies, ms.</summary>
    /// <param name="classes">Class and runs; more than none.</param>
    public static double Percentile95(IEnumerable<(short Class, long Runs)> classes)
    {
        var sorted = classes.OrderBy(one => one.Class).ToList();
        var wanted = (long)Math.Ceiling(0.95 * sorted.Sum(one => one.Runs));
        var seen = 0L;
        foreach (var (at, runs) in sorted)
        {
            seen += runs;
            if (seen >= wanted)
            {
                return End(at);
            }
        }

        throw new ArgumentException("There are no runs.", nameof(classes));
    }
}
