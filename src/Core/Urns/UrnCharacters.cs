using System.Buffers;
using System.Globalization;
using System.Text;

namespace Capns.Core.Urns;

/// <summary>Which characters may stand where, and how they are lowered and ordered (CapNs spec 1.1, 1.4).</summary>
internal static class UrnCharacters
{
    /// <summary>Most characters of a text that an error message repeats.</summary>
    private const int Shown = 80;

    private static readonly SearchValues<char> AsciiKey =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/:.");

    private static readonly SearchValues<char> AsciiBare =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/:.*?!");

    /// <summary>Bare characters that lower-casing leaves alone.</summary>
    private static readonly SearchValues<char> AsciiPlain = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-/:.*?!");

    /// <summary>UTF-16 length of the run of key characters that a text starts with.</summary>
    public static int KeyRun(ReadOnlySpan<char> text) => Run(text, AsciiKey);

    /// <summary>UTF-16 length of the run of characters of an unquoted value that a text starts with.</summary>
    public static int BareRun(ReadOnlySpan<char> text) => Run(text, AsciiBare);

    /// <summary>UTF-16 length of the character at the start of a text that is not empty; half of a surrogate pair counts 1.</summary>
    public static int ScalarLength(ReadOnlySpan<char> text)
    {
        _ = Rune.DecodeFromUtf16(text, out _, out var length);
        return length;
    }

    /// <summary>True when there is half of a surrogate pair: such a text has no UTF-8 form.</summary>
    public static bool HasLoneSurrogate(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAnyInRange('\ud800', '\udfff') is >= 0 and var at)
        {
            if (Rune.DecodeFromUtf16(text[at..], out _, out var length) != OperationStatus.Done)
            {
                return true;
            }

            text = text[(at + length)..];
        }

        return false;
    }

    /// <summary>True when a value cannot be written bare: it would not be read back as it is (CapNs spec 1.4, D9).</summary>
    public static bool NeedsQuotes(ReadOnlySpan<char> value)
    {
        var at = value.IndexOfAnyExcept(AsciiPlain);
        return at >= 0 && NeedsQuotesSlowly(value[at..]);
    }

    /// <summary>How many Unicode scalar values a text has.</summary>
    public static int CountScalars(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune;
            count++;
        }

        return count;
    }

    /// <summary>Lowers A to Z, and nothing else: what reading a key or a bare value does.</summary>
    public static string Lower(ReadOnlySpan<char> text)
    {
        if (CommonWords.Find(text) is { } word)
        {
            return word;
        }

        return text.ContainsAnyInRange('A', 'Z')
            ? string.Create(text.Length, text, static (target, source) =>
            {
                for (var i = 0; i < source.Length; i++)
                {
                    target[i] = char.IsAsciiLetterUpper(source[i]) ? (char)(source[i] | 0x20) : source[i];
                }
            })
            : text.ToString();
    }

    /// <summary>Equal after <see cref="Lower"/>.</summary>
    public static bool EqualLowered(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (left.Length != right.Length)
        {
            return false;
        }

        for (var i = 0; i < left.Length; i++)
        {
            if (left[i] != right[i] && !(char.IsAsciiLetter(left[i]) && (left[i] ^ right[i]) == 0x20))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Orders by Unicode scalar values, which is the order of UTF-8 bytes; ordinal order differs for surrogate pairs.</summary>
    public static int CompareScalars(string left, string right)
    {
        var length = Math.Min(left.Length, right.Length);
        var at = left.AsSpan().CommonPrefixLength(right);
        return at == length ? left.Length.CompareTo(right.Length) : Rank(left[at]).CompareTo(Rank(right[at]));

        // Surrogates stand for values above all others, but are encoded below U+E000.
        static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
    }

    /// <summary>A character as an error message names it.</summary>
    public static string Show(ReadOnlySpan<char> character) =>
        Rune.DecodeFromUtf16(character, out var rune, out _) != OperationStatus.Done ? $"half of a surrogate pair (U+{(int)character[0]:X4})"
        : Rune.IsControl(rune) || Rune.IsWhiteSpace(rune) ? $"U+{rune.Value:X4}"
        : $"'{rune}'";

    /// <summary>A text of a bounded length for error messages, safe to print.</summary>
    public static string Shorten(ReadOnlySpan<char> text)
    {
        var shown = new StringBuilder();
        foreach (var rune in text[..Math.Min(text.Length, Shown)].EnumerateRunes())
        {
            _ = Rune.IsControl(rune) ? shown.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}") : shown.Append(rune.ToString());
        }

        return text.Length > Shown ? shown.Append('…').ToString() : shown.ToString();
    }

    private static int Run(ReadOnlySpan<char> text, SearchValues<char> ascii)
    {
        var at = 0;
        while (true)
        {
            var run = text[at..].IndexOfAnyExcept(ascii);
            if (run < 0)
            {
                return text.Length;
            }

            at += run;
            if (char.IsAscii(text[at]) || Rune.DecodeFromUtf16(text[at..], out var rune, out var length) != OperationStatus.Done || !IsAlphanumeric(rune))
            {
                return at;
            }

            at += length;
        }
    }

    private static bool NeedsQuotesSlowly(ReadOnlySpan<char> value)
    {
        while (!value.IsEmpty)
        {
            if (char.IsAscii(value[0]))
            {
                if (!AsciiPlain.Contains(value[0]))
                {
                    return true;
                }

                value = value[1..];
                continue;
            }

            if (Rune.DecodeFromUtf16(value, out var rune, out var length) != OperationStatus.Done || !IsAlphanumeric(rune) || IsUppercase(rune))
            {
                return true;
            }

            value = value[length..];
        }

        return false;
    }

    /// <summary>Unicode: alphabetic, or numeric of any kind.</summary>
    private static bool IsAlphanumeric(Rune rune) =>
        Rune.IsLetter(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
        || OtherAlphabetic.Has(rune);

    /// <summary>Unicode property Uppercase: upper-case letters, Roman numerals and the letters in circles and squares.</summary>
    private static bool IsUppercase(Rune rune) =>
        Rune.IsUpper(rune)
        || rune.Value is (>= 0x2160 and <= 0x216F) or (>= 0x24B6 and <= 0x24CF)
            or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);
}
