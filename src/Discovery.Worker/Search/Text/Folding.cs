using System.Globalization;
using System.Text;

namespace Capns.Discovery.Worker.Search.Text;

/// <summary>Makes letters alike that people do not tell apart when they search: case, diacritics, ligatures, full width. Pure.</summary>
/// <remarks>With tables of our own: the runtime, invariant as our hosts run it, decomposes no characters.</remarks>
internal static class Folding
{
    /// <summary>Base letters of U+00C0 to U+017F; a dot: not in this table.</summary>
    private const string Latin1AndExtendedA =
        "aaaaaa.ceeeeiiiidnooooo.ouuuuy..aaaaaa.ceeeeiiiidnooooo.ouuuuy.y" +
        "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii..jjkkkllllllllllnnnnnnnnnoooooo..rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

    /// <summary>Base letters of U+1E00 to U+1EFF.</summary>
    private const string ExtendedAdditional =
        "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv" +
        "wwwwwwwwwwxxxxyyzzzzzzhtwy.s....aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";

    /// <summary>Writes what a character is compared as.</summary>
    /// <param name="rune">Any character.</param>
    /// <param name="folded">At least two places.</param>
    /// <returns>Characters written: 0 for a mark that stands above another letter, else 1 or 2.</returns>
    public static int Fold(Rune rune, Span<char> folded)
    {
        var value = rune.Value;
        if (value < 0x80)
        {
            folded[0] = char.ToLowerInvariant((char)value);
            return 1;
        }

        // Full width forms.
        if (value is >= 0xFF01 and <= 0xFF5E)
        {
            folded[0] = char.ToLowerInvariant((char)(value - 0xFEE0));
            return 1;
        }

        if (Ligature(value) is { } pair)
        {
            pair.CopyTo(folded);
            return pair.Length;
        }

        var letter = value switch
        {
            >= 0xC0 and <= 0x17F => Latin1AndExtendedA[value - 0xC0],
            >= 0x1E00 and <= 0x1EFF => ExtendedAdditional[value - 0x1E00],
            _ => '.',
        };
        if (letter != '.')
        {
            folded[0] = letter;
            return 1;
        }

        return IsMark(rune) ? 0 : Rune.ToLowerInvariant(rune).EncodeToUtf16(folded);
    }

    /// <summary>True for a mark that belongs to the letter before it.</summary>
    public static bool IsMark(Rune rune) => rune.Value >= 0x300
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;

    private static string? Ligature(int value) => value switch
    {
        0xDF or 0x1E9E => "ss",
        0xC6 or 0xE6 => "ae",
        0xDE or 0xFE => "th",
        0x132 or 0x133 => "ij",
        0x152 or 0x153 => "oe",
        0xFB01 => "fi",
        0xFB02 => "fl",
        _ => null,
    };
}
