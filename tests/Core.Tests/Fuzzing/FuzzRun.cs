using System.Diagnostics;

namespace Capns.Core.Tests.Fuzzing;

/// <summary>Gives every text to every parser, and keeps what went wrong and what cost most.</summary>
/// <param name="patience">How many times its bound a text may take: 1 on a machine that does nothing else.</param>
public sealed class FuzzRun(int patience = 1)
{
    /// <summary>A text may take so long for each of its characters, beside its parser's <see cref="FuzzTarget.FixedTime"/>.</summary>
    public static readonly TimeSpan TimePerCharacter = TimeSpan.FromMicroseconds(20);

    private readonly List<string> _failures = [];

    /// <summary>One for each parser.</summary>
    public IReadOnlyList<FuzzResult> Results { get; } = [.. FuzzTarget.All.Select(target => new FuzzResult(target))];

    /// <summary>What was thrown that is not documented, and what broke a bound; the first few.</summary>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>Tries so many texts.</summary>
    public void Try(FuzzInputs inputs, int count)
    {
        for (var i = 0; i < count && _failures.Count < 10; i++)
        {
            var text = inputs.Next();
            foreach (var result in Results.Where(result => i % result.Target.OneIn == 0))
            {
                Try(result, text);
            }
        }
    }

    private void Try(FuzzResult result, string text)
    {
        var (elapsed, allocated) = Measure(result, text);
        var mostTime = patience * (result.Target.FixedTime + (text.Length * TimePerCharacter));
        var mostBytes = result.Target.FixedBytes + ((long)text.Length * result.Target.BytesPerCharacter);
        // Whatever else the machine does, or a collection, may have taken the time: only what is slow again is slow.
        for (var again = 0; again < 4 && (elapsed > mostTime || allocated > mostBytes || elapsed > result.Slowest); again++)
        {
            var second = Measure(result, text);
            (elapsed, allocated) = (Min(elapsed, second.Elapsed), Math.Min(allocated, second.Allocated));
        }

        if (elapsed > mostTime || allocated > mostBytes)
        {
            Fail(result, text, $"{elapsed.TotalMilliseconds:F1} ms, {allocated} bytes");
        }

        result.Count(text, elapsed, allocated);
    }

    private (TimeSpan Elapsed, long Allocated) Measure(FuzzResult result, string text)
    {
        var (started, before) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
        try
        {
            result.IsAccepted = result.Target.Accepts(text);
        }
#pragma warning disable CA1031 // Whatever it is, it is what is looked for.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(result, text, exception.ToString());
        }

        return (Stopwatch.GetElapsedTime(started), GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Fail(FuzzResult result, string text, string what) =>
        _failures.Add($"{result.Target.Name}, {text.Length} characters: {what}\n  {Show(text[..Math.Min(text.Length, 300)])}");

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private static string Show(string text) => string.Concat(text.Select(unit => unit is >= ' ' and <= '~' ? unit.ToString() : $"\\u{(int)unit:x4}"));
}

/// <summary>What one parser did with all texts.</summary>
public sealed class FuzzResult(FuzzTarget target)
{
    public FuzzTarget Target { get; } = target;

    public int Accepted { get; private set; }

    public int Refused { get; private set; }

    /// <summary>Of the text that took longest.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>Characters of the text that took longest.</summary>
    public int SlowestLength { get; private set; }

    /// <summary>Most bytes that were allocated for one text.</summary>
    public long MostBytes { get; private set; }

    /// <summary>Most bytes per character, of texts of 1,000 characters and more.</summary>
    public double MostBytesPerCharacter { get; private set; }

    internal bool IsAccepted { get; set; }

    internal void Count(string text, TimeSpan elapsed, long allocated)
    {
        _ = IsAccepted ? Accepted++ : Refused++;
        (Slowest, SlowestLength) = elapsed > Slowest ? (elapsed, text.Length) : (Slowest, SlowestLength);
        MostBytes = Math.Max(MostBytes, allocated);
        MostBytesPerCharacter = text.Length < 1000 ? MostBytesPerCharacter : Math.Max(MostBytesPerCharacter, (double)allocated / text.Length);
    }
}
