namespace Capns.Discovery.Worker.Learning.Rules;

/// <summary>What one agent's runs of one tool have told: USES (platform spec 7.3, rules 1 and 2). Pure.</summary>
/// <param name="Frequency">n: observations.</param>
/// <param name="SuccessSum">s: sum of their x, each 0 to 1.</param>
/// <param name="TotalMs">T: sum of their milliseconds.</param>
/// <param name="Ewma">0 to 1; leans to the latest.</param>
/// <param name="LastUsed">Time of the latest observation.</param>
/// <param name="Patterns">Contexts it was used in: the last 20 different ones, the latest at the end.</param>
internal sealed record Usage(int Frequency, decimal SuccessSum, long TotalMs, decimal Ewma, DateTimeOffset LastUsed, IReadOnlyList<string> Patterns)
{
    /// <summary>Contexts that are kept.</summary>
    public const int MostPatterns = 20;

    private const decimal Old = 0.8m;
    private const decimal New = 0.2m;

    /// <summary>After one more observation.</summary>
    /// <param name="before">Absent: it is the first.</param>
    /// <param name="x">0 to 1.</param>
    /// <param name="ms">How long it took; 0 or more.</param>
    /// <param name="at">When it was.</param>
    public static Usage Observed(Usage? before, decimal x, int ms, DateTimeOffset at) => before is null
        ? new Usage(1, x, ms, x, at, [])
        : before with
        {
            Frequency = before.Frequency + 1,
            SuccessSum = before.SuccessSum + x,
            TotalMs = before.TotalMs + ms,
            Ewma = Numbers.Round((Old * before.Ewma) + (New * x)),
            LastUsed = before.LastUsed > at ? before.LastUsed : at,
        };

    /// <summary>After feedback said what an observation was really worth; their number stays.</summary>
    public Usage Corrected(decimal old, decimal x) => this with { SuccessSum = SuccessSum - old + x };

    /// <summary>With one more context.</summary>
    /// <param name="pattern">Absent: none.</param>
    public Usage In(string? pattern) => pattern is null ? this : this with { Patterns = Add(Patterns, pattern) };

    /// <summary>The last 20 different ones.</summary>
    public static IReadOnlyList<string> Add(IReadOnlyList<string> patterns, string pattern)
    {
        string[] all = [.. patterns.Where(one => one != pattern), pattern];
        return all.Length <= MostPatterns ? all : all[^MostPatterns..];
    }
}
