using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using Capns.Core.Validation;

namespace Capns.Core.Caps.Validation;

/// <summary>
/// The pattern of a media spec's rule: looked for anywhere in a text, without regard to culture (CapNs spec 10.1). Thread-safe.
/// </summary>
/// <remarks>
/// The reference's engine never backtracks; neither does ours, as far as <see cref="PatternEngine"/> can help it. Like the
/// reference's, it has bounds: <see cref="JsonSchema.MaxPatternLength"/>, <see cref="JsonSchema.MaxPatternNesting"/>.
/// <c>$</c> is the very end, not also before a last line feed, as it is there. Otherwise the language is .NET's: <c>.</c> and
/// classes know UTF-16 units, of which a character beyond U+FFFF has two.
/// </remarks>
internal sealed class RulePattern
{
    private readonly Regex _regex;

    private RulePattern(Regex regex) => _regex = regex;

    /// <summary>Longest time for one text.</summary>
    public TimeSpan Timeout => _regex.MatchTimeout;

    /// <summary>Reads a pattern.</summary>
    public static bool TryCreate(string text, [NotNullWhen(true)] out RulePattern? pattern, [NotNullWhen(false)] out string? error)
    {
        pattern = null;
        error = PatternEngine.FindProblem(text);
        if (error is not null)
        {
            return false;
        }

        var translated = Translate(text, out var nesting);
        error = PatternEngine.FindProblem(nesting);
        if (error is not null)
        {
            return false;
        }

        try
        {
            var budget = PatternEngine.Budget;
            pattern = new RulePattern(PatternEngine.Build(text, translated, ref budget));
            return true;
        }
        catch (ArgumentException malformed)
        {
            error = malformed.Message;
            return false;
        }
    }

    /// <summary>True when the text has a match; null when that took too long to find out.</summary>
    public bool? Matches(string text)
    {
        // Once more after a time-out: a pause of the machine is not the pattern's fault.
        for (var attempt = 0; attempt < 2; attempt++)
        {
            try
            {
                return _regex.IsMatch(text);
            }
            catch (RegexMatchTimeoutException)
            {
            }
        }

        return null;
    }

    /// <summary>
    /// Writes <c>$</c> as <c>\z</c> and <c>(?P&lt;</c> as <c>(?&lt;</c>. Under the flag <c>m</c> <c>$</c> ends a line, and stays.
    /// </summary>
    /// <param name="pattern">As its author wrote it.</param>
    /// <param name="nesting">How many groups it has inside one another.</param>
    private static string Translate(string pattern, out int nesting)
    {
        nesting = 0;
        var open = 0;
        var isMultiline = false;
        var translated = new StringBuilder(pattern.Length);

        // Where the members of the class begin that is open; a bracket right there is a member, too.
        int? members = null;
        for (var i = 0; i < pattern.Length; i++)
        {
            var rest = pattern.AsSpan(i);
            open += members is not null ? 0 : rest[0] == '(' ? 1 : rest[0] == ')' ? -1 : 0;
            nesting = Math.Max(nesting, open);
            isMultiline |= members is null && SetsMultiline(rest);
            if (rest[0] == '\\' && rest.Length > 1)
            {
                translated.Append(rest[..2]);
                i++;
            }
            else if (members is null && rest[0] == '$' && !isMultiline)
            {
                translated.Append("\\z");
            }
            else if (members is null && rest.StartsWith("(?P<"))
            {
                translated.Append("(?<");
                i += 3;
            }
            else
            {
                members = rest[0] switch
                {
                    '[' when members is null => i + (rest.StartsWith("[^") ? 2 : 1),
                    ']' when i > members => null,
                    _ => members,
                };
                translated.Append(rest[0]);
            }
        }

        return translated.ToString();
    }

    /// <summary>True at <c>(?m)</c>, <c>(?im-s:</c> and the like.</summary>
    private static bool SetsMultiline(ReadOnlySpan<char> rest)
    {
        var flags = rest.StartsWith("(?") ? rest[2..] : [];
        var end = flags.IndexOfAnyExceptInRange('a', 'z');
        return end > 0 && (flags[end] is ')' or ':' or '-') && flags[..end].Contains('m');
    }
}
