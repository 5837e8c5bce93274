using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Capns.Core.Validation;

/// <summary>What one escape of an ECMA-262 pattern stands for: a character, or a set of them.</summary>
/// <param name="CodePoint">The character; null for a set.</param>
/// <param name="Inside">How .NET writes it inside brackets; empty for characters beyond the basic plane.</param>
/// <param name="Outside">How .NET writes it outside of brackets.</param>
internal readonly record struct PatternEscape(int? CodePoint, string Inside, string Outside)
{
    private const string Spaces = @"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";

    private const string NoSpaces =
        @"\u0000-\u0008\u000e-\u001f!-\u009f\u00a1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff\u3001-\ufefe\uff00-\uffff";

    /// <summary>One character.</summary>
    public static PatternEscape Character(int codePoint)
    {
        if (codePoint > char.MaxValue)
        {
            return new PatternEscape(codePoint, string.Empty, $"(?:{char.ConvertFromUtf32(codePoint)})");
        }

        var text = string.Create(CultureInfo.InvariantCulture, $"\\u{codePoint:x4}");
        return new PatternEscape(codePoint, text, text);
    }

    /// <summary>Reads what stands after a backslash.</summary>
    /// <param name="pattern">The whole pattern.</param>
    /// <param name="at">Behind the backslash; moved behind the escape.</param>
    /// <param name="escape">What it stands for.</param>
    /// <param name="problem">Why it cannot be read.</param>
    public static bool TryRead(string pattern, ref int at, out PatternEscape escape, [NotNullWhen(false)] out string? problem)
    {
        escape = default;
        problem = null;
        if (at >= pattern.Length)
        {
            problem = "it ends in a backslash";
            return false;
        }

        var symbol = pattern[at++];
        switch (symbol)
        {
            case 'd':
                escape = Set("0-9");
                return true;
            case 'D':
                escape = SetWithHigh(@"\u0000-/:-\uffff");
                return true;
            case 'w':
                escape = Set("0-9A-Za-z_");
                return true;
            case 'W':
                escape = SetWithHigh(@"\u0000-/:-@\u005b-\u005e`\u007b-\uffff");
                return true;
            case 's':
                escape = Set(Spaces);
                return true;
            case 'S':
                escape = SetWithHigh(NoSpaces);
                return true;
            case 'p' or 'P':
                return PatternCategory.TryRead(pattern, ref at, symbol == 'P', out escape, out problem);
            default:
                return TryReadCharacter(pattern, symbol, ref at, out escape, out problem);
        }
    }

    /// <summary>A set within the basic plane.</summary>
    internal static PatternEscape Set(string inside) => new(null, inside, $"[{inside}]");

    /// <summary>A set that also has all characters beyond the basic plane.</summary>
    internal static PatternEscape SetWithHigh(string inside) =>
        new(null, inside, $@"(?:[\ud800-\udbff][\udc00-\udfff]|[{inside}])");

    private static bool TryReadCharacter(
        string pattern, char symbol, ref int at, out PatternEscape escape, [NotNullWhen(false)] out string? problem)
    {
        var codePoint = symbol switch
        {
            't' => '\t',
            'n' => '\n',
            'v' => '\v',
            'f' => '\f',
            'r' => '\r',
            '0' when at >= pattern.Length || !char.IsAsciiDigit(pattern[at]) => '\0',
            'c' when at < pattern.Length && char.IsAsciiLetter(pattern[at]) => pattern[at++] % 32,
            'x' => ReadHex(pattern, ref at, 2),
            'u' => ReadUnicode(pattern, ref at),
            _ when "^$\\.*+?()[]{}|/-".Contains(symbol, StringComparison.Ordinal) => symbol,
            _ => -1,
        };
        problem = codePoint < 0 ? $"\\{symbol} has no meaning" : null;
        escape = codePoint < 0 ? default : Character(codePoint);
        return codePoint >= 0;
    }

    private static int ReadUnicode(string pattern, ref int at)
    {
        if (at < pattern.Length && pattern[at] == '{')
        {
            var end = pattern.IndexOf('}', at);
            var isCode = int.TryParse(
                end < 0 ? [] : pattern.AsSpan(at + 1, end - at - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code);
            at = end + 1;
            return isCode && code is >= 0 and <= 0x10ffff and not (>= 0xd800 and <= 0xdfff) ? code : -1;
        }

        var high = ReadHex(pattern, ref at, 4);
        var next = at + 2;
        if (char.IsHighSurrogate((char)Math.Max(high, 0)) && pattern.AsSpan(at).StartsWith("\\u", StringComparison.Ordinal)
            && ReadHex(pattern, ref next, 4) is >= 0xdc00 and <= 0xdfff and var low)
        {
            at = next;
            return char.ConvertToUtf32((char)high, (char)low);
        }

        return high;
    }

    private static int ReadHex(string pattern, ref int at, int length)
    {
        if (at + length > pattern.Length
            || !int.TryParse(pattern.AsSpan(at, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            return -1;
        }

        at += length;
        return code;
    }
}
