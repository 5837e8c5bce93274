using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Capns.Core.Caps.Validation;

/// <summary>
/// The pattern of a media spec's rule: looked for anywhere in a text, without regard to culture (CapNs spec 10.1). Thread-safe.
/// </summary>
/// <remarks>
/// The reference's engine never backtracks; neither does ours, unless the pattern needs it (lookaround, backreference) and
/// then only for <see cref="Timeout"/>. <c>$</c> is the very end, not also before a last line feed, as it is there.
/// </remarks>
internal sealed class RulePattern
{
    /// <summary>Longest time for one text with a pattern that backtracks.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(50);

    /// <summary>The same for one that cannot explode; only a stalled machine comes near it.</summary>
    private static readonly TimeSpan LinearTimeout = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;

    private RulePattern(Regex regex) => _regex = regex;

    /// <summary>Reads a pattern.</summary>
    public static bool TryCreate(string text, [NotNullWhen(true)] out RulePattern? pattern, [NotNullWhen(false)] out string? error)
    {
        pattern = null;
        error = null;
        try
        {
            pattern = new RulePattern(Build(Translate(text)));
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

    private static Regex Build(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, LinearTimeout);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, Timeout);
        }
    }

    /// <summary>
    /// Writes <c>$</c> as <c>\z</c> and <c>(?P&lt;</c> as <c>(?&lt;</c>. Under the flag <c>m</c> <c>$</c> ends a line, and stays.
    /// </summary>
    private static string Translate(string pattern)
    {
        var isMultiline = Regex.IsMatch(pattern, @"\(\?[a-z]*m", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        var translated = new StringBuilder(pattern.Length);

        // Where the members of the class begin that is open; a bracket right there is a member, too.
        int? members = null;
        for (var i = 0; i < pattern.Length; i++)
        {
            var rest = pattern.AsSpan(i);
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
}
