namespace Capns.Discovery.Worker.Search.Text;

/// <summary>Writes British spellings the American way, so that both are found by either. Pure.</summary>
/// <remarks>By rules on endings. A word that only looks British is changed too; as both sides are read alike, it is still found.</remarks>
internal static class EnglishSpelling
{
    private static readonly string[] Ise = ["isations", "isation", "ising", "isers", "iser", "ised", "ises", "ise"];
    private static readonly string[] Yse = ["ysing", "ysers", "yser", "ysed", "yse"];
    private static readonly string[] Our = ["our", "ours", "oured", "ouring", "ourful", "ourite", "ourites", "ourable", "oural", "ourer", "ourers", "ourless"];
    private static readonly (string British, string American)[] Endings =
    [
        ("metre", "meter"), ("metres", "meters"), ("litre", "liter"), ("litres", "liters"), ("centre", "center"), ("centres", "centers"),
        ("centred", "centered"), ("theatre", "theater"), ("theatres", "theaters"), ("fibre", "fiber"), ("fibres", "fibers"),
        ("calibre", "caliber"), ("logue", "log"), ("logues", "logs"), ("defence", "defense"), ("offence", "offense"), ("licence", "license"),
        ("licences", "licenses"), ("programme", "program"), ("programmes", "programs"), ("cheque", "check"), ("cheques", "checks"),
        ("artefact", "artifact"), ("artefacts", "artifacts"), ("enquiry", "inquiry"), ("enquiries", "inquiries"), ("judgement", "judgment"),
        ("jewellery", "jewelry"), ("aluminium", "aluminum"), ("grey", "gray"), ("greyscale", "grayscale"), ("tyre", "tire"), ("tyres", "tires"),
        ("disc", "disk"), ("discs", "disks"),
    ];

    /// <summary>Changes the word where it stands.</summary>
    /// <param name="word">Lower case; with room for one character more.</param>
    /// <param name="length">Characters of the word.</param>
    /// <returns>Its new length: at most one more.</returns>
    public static int Fold(Span<char> word, int length)
    {
        if (length < 4)
        {
            return length;
        }

        var text = word[..length];
        if (text.IndexOf("is") >= 3 && EndsWith(text, Ise) is { } ise && length - ise.Length >= 3 && text[length - ise.Length - 1] is not ('a' or 'o' or 'u'))
        {
            word[length - ise.Length + 1] = 'z';
            return length;
        }

        if (text.IndexOf("lys") >= 1 && EndsWith(text, Yse) is { } yse && text[length - yse.Length - 1] == 'l')
        {
            word[length - yse.Length + 1] = 'z';
            return length;
        }

        if (text.IndexOf("our") >= 3 && EndsWith(text, Our) is { } our && length - our.Length >= 3)
        {
            text[(length - our.Length + 2)..].CopyTo(word[(length - our.Length + 1)..]);
            return length - 1;
        }

        foreach (var (british, american) in Endings)
        {
            if (text.EndsWith(british))
            {
                american.CopyTo(word[(length - british.Length)..]);
                return length - british.Length + american.Length;
            }
        }

        return length;
    }

    private static string? EndsWith(ReadOnlySpan<char> text, string[] endings)
    {
        foreach (var ending in endings)
        {
            if (text.EndsWith(ending))
            {
                return ending;
            }
        }

        return null;
    }
}
