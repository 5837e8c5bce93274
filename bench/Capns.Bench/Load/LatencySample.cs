using System.Diagnostics;
using System.Globalization;

namespace Capns.Bench.Load;

/// <summary>Latencies of one measurement, in milliseconds.</summary>
internal sealed class LatencySample
{
    private readonly List<double> _milliseconds = [];

    public int Count => _milliseconds.Count;

    public void Add(long from, long to)
    {
        lock (_milliseconds)
        {
            _milliseconds.Add(Stopwatch.GetElapsedTime(from, to).TotalMilliseconds);
        }
    }

    /// <param name="share">0 to 1; 0.5 is the median.</param>
    /// <returns>Milliseconds; NaN without samples.</returns>
    public double Quantile(double share)
    {
        lock (_milliseconds)
        {
            _milliseconds.Sort();
            return _milliseconds.Count == 0 ? double.NaN : _milliseconds[(int)Math.Round((_milliseconds.Count - 1) * share)];
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Quantile(0.5),8:F1} {Quantile(0.95),8:F1} {Quantile(0.99),8:F1}");
}
