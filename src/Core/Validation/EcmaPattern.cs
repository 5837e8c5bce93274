using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Capns.Core.Validation;

/// <summary>How a pattern looked at a text.</summary>
internal enum PatternMatch
{
    No,
    Yes,
    TimedOut,
}

/// <summary>A regular expression of ECMA-262 (with the flag <c>u</c>), as schemas write them. Thread-safe.</summary>
/// <remarks>
/// Runs as <see cref="PatternEngine"/> chooses. Differences to ECMA-262: <c>\p{…}</c> knows general categories, <c>Any</c> and
/// <c>ASCII</c>, and only within the basic plane; scripts are refused.
/// </remarks>
internal sealed class EcmaPattern
{
    private readonly Regex _regex;

    private EcmaPattern(string text, Regex regex)
    {
        Text = text;
        _regex = regex;
    }

    /// <summary>As the schema writes it.</summary>
    public string Text { get; }

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">As the schema writes it.</param>
    /// <param name="budget">As for <see cref="PatternEngine.Build"/>.</param>
    /// <param name="pattern">The pattern, when the answer is true.</param>
    /// <param name="error">What is wrong, when the answer is false.</param>
    public static bool TryCreate(
        string text, ref int budget, [NotNullWhen(true)] out EcmaPattern? pattern, [NotNullWhen(false)] out string? error)
    {
        pattern = null;
        error = PatternEngine.FindProblem(text);
        if (error is not null)
        {
            error = $"this is not a pattern that we can use: {error}";
            return false;
        }

        if (!new PatternTranslation(text).TryTranslate(out var translated, out error))
        {
            error = $"'{text}' is not a pattern that we can use: {error}";
            return false;
        }

        try
        {
            pattern = new EcmaPattern(text, PatternEngine.Build(text, translated, ref budget));

            // The first match of a process compiles the engine; that shall not count against a value.
            pattern.Match(string.Empty);
            return true;
        }
        catch (ArgumentException malformed)
        {
            error = $"'{text}' is not a pattern: {malformed.Message}";
            return false;
        }
    }

    /// <summary>Looks for the pattern anywhere in a text.</summary>
    public PatternMatch Match(string text)
    {
        // Once more after a timeout: a pause of the machine is not the pattern's fault.
        for (var attempt = 0; attempt < 2; attempt++)
        {
            try
            {
                return _regex.IsMatch(text) ? PatternMatch.Yes : PatternMatch.No;
            }
            catch (RegexMatchTimeoutException)
            {
            }
        }

        return PatternMatch.TimedOut;
    }

    /// <summary>The same inside a validation, which ends with an error when the pattern takes too long.</summary>
    public bool Matches(Evaluation run, string keyword, string text)
    {
        if (!run.TrySpend())
        {
            return false;
        }

        var match = Match(text);
        return match == PatternMatch.TimedOut
            ? run.Stop(keyword, $"could not be matched against the pattern {Text} within {_regex.MatchTimeout.TotalMilliseconds} ms")
            : match == PatternMatch.Yes;
    }
}
