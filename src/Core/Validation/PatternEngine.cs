using System.Text.RegularExpressions;

namespace Capns.Core.Validation;

/// <summary>
/// Chooses how a regular expression is run: in time linear to the text wherever that can be had for little memory, else by
/// trying, with a time limit. Refuses what is too long or too deep for either.
/// </summary>
internal static class PatternEngine
{
    /// <summary>Longest time for one text with a pattern that may explode (platform spec 5.2).</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// The same for a pattern that runs in time linear to the text. It cannot explode; the clock would only measure how
    /// busy the machine is, and refuse what fits.
    /// </summary>
    public static readonly TimeSpan LinearTimeout = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Most different characters and escapes of a pattern that is run in linear time. The tables of .NET's engine grow by the
    /// square of their number: 48 take up to some 10 MB, 1,000 a gigabyte and 20 s.
    /// </summary>
    public const int MaxLinearSymbols = 48;

    /// <summary>What all patterns of one schema may weigh together that are run in linear time: about 100 usual ones.</summary>
    public const int Budget = 16_000;

    /// <summary>What the smallest of those tables weigh: a pattern of so many symbols, squared.</summary>
    private const int FixedWeight = 64;

    /// <summary>What makes a pattern too long; null when it is not.</summary>
    public static string? FindProblem(string pattern) => pattern.Length > JsonSchema.MaxPatternLength
        ? $"it has {pattern.Length} characters; at most {JsonSchema.MaxPatternLength} are allowed"
        : null;

    /// <summary>What makes a pattern too deep; null when it is not.</summary>
    /// <param name="nesting">How many groups it has inside one another.</param>
    public static string? FindProblem(int nesting) => nesting > JsonSchema.MaxPatternNesting
        ? $"it has more than {JsonSchema.MaxPatternNesting} groups inside one another"
        : null;

    /// <summary>Builds the expression.</summary>
    /// <param name="pattern">As its author wrote it.</param>
    /// <param name="translated">The same in the language of .NET.</param>
    /// <param name="budget">What it may weigh to be run in linear time; less afterwards if it is.</param>
    /// <exception cref="ArgumentException">It is no expression.</exception>
    public static Regex Build(string pattern, string translated, ref int budget)
    {
        var symbols = CountSymbols(pattern);
        var weight = FixedWeight + (symbols * symbols);
        if (symbols <= MaxLinearSymbols && weight <= budget)
        {
            try
            {
                var linear = new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, LinearTimeout);
                budget -= weight;
                return linear;
            }
            catch (NotSupportedException)
            {
                // Lookaround, a backreference, or more states than that engine takes.
            }
        }

        return new Regex(translated, RegexOptions.CultureInvariant, Timeout);
    }

    /// <summary>Different characters and escapes, those in classes among them; no more than one above the limit.</summary>
    private static int CountSymbols(string pattern)
    {
        var symbols = new HashSet<string>(StringComparer.Ordinal);
        for (var at = 0; at < pattern.Length && symbols.Count <= MaxLinearSymbols;)
        {
            var length = LengthOfSymbol(pattern.AsSpan(at));
            symbols.Add(pattern.Substring(at, length));
            at += length;
        }

        return symbols.Count;
    }

    private static int LengthOfSymbol(ReadOnlySpan<char> rest)
    {
        if (rest[0] != '\\' || rest.Length < 2)
        {
            return 1;
        }

        var hasBraces = rest[1] is 'p' or 'P' or 'u' or 'x' && rest.Length > 2 && rest[2] == '{';
        var length = hasBraces ? rest.IndexOf('}') + 1 : rest[1] switch
        {
            'u' => 6,
            'x' => 4,
            'c' => 3,
            _ => 2,
        };
        return length == 0 ? 2 : Math.Min(length, rest.Length);
    }
}
