using System.Buffers;
using System.Collections.Frozen;

namespace Capns.Discovery.Worker.Search.Text;

internal ref partial struct EnglishStemmer
{
    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz'");
    /// <summary>Letters that are vowels; y is one behind a consonant.</summary>
    internal static readonly SearchValues<char> Vowels = SearchValues.Create("aeiouy");

    private static readonly string[] Beginnings = ["gener", "commun", "arsen"];

    /// <summary>Step 2: found in the first region, the longest counts; null: by a rule of its own.</summary>
    private static readonly (string Ending, string? New)[] Derived =
    [
        ("ization", "ize"), ("ational", "ate"), ("fulness", "ful"), ("ousness", "ous"), ("iveness", "ive"), ("tional", "tion"),
        ("biliti", "ble"), ("lessli", "less"), ("entli", "ent"), ("ation", "ate"), ("alism", "al"), ("aliti", "al"), ("ousli", "ous"),
        ("iviti", "ive"), ("fulli", "ful"), ("enci", "ence"), ("anci", "ance"), ("abli", "able"), ("izer", "ize"), ("ator", "ate"),
        ("alli", "al"), ("bli", "ble"), ("ogi", null), ("li", null),
    ];

    /// <summary>Step 3, likewise.</summary>
    private static readonly (string Ending, string? New)[] Further =
    [
        ("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"), ("ative", null), ("ical", "ic"),
        ("ness", ""), ("ful", ""),
    ];

    /// <summary>Step 4: found in the second region.</summary>
    private static readonly string[] Suffixes =
    [
        "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ion", "al", "er", "ic",
    ];

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Exceptions = new Dictionary<string, string>
    {
        ["skis"] = "ski",
        ["skies"] = "sky",
        ["dying"] = "die",
        ["lying"] = "lie",
        ["tying"] = "tie",
        ["idly"] = "idl",
        ["gently"] = "gentl",
        ["ugly"] = "ugli",
        ["early"] = "earli",
        ["only"] = "onli",
        ["singly"] = "singl",
        ["sky"] = "sky",
        ["news"] = "news",
        ["howe"] = "howe",
        ["atlas"] = "atlas",
        ["cosmos"] = "cosmos",
        ["bias"] = "bias",
        ["andes"] = "andes",
    }.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Invariant =
        new[] { "inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed" }
            .ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private void ShortenDerived()
    {
        foreach (var (ending, replacement) in Derived)
        {
            if (Ends(ending))
            {
                if (InR1(ending))
                {
                    Shorten(ending, replacement ?? Special(ending));
                }

                return;
            }
        }
    }

    /// <summary>What stands for an ending that goes only behind certain letters; itself when it stays.</summary>
    private readonly string Special(string ending)
    {
        var before = _length > ending.Length ? _word[_length - ending.Length - 1] : '\0';
        return ending == "ogi" ? (before == 'l' ? "og" : ending)
            : "cdeghkmnrt".Contains(before, StringComparison.Ordinal) ? "" : ending;
    }

    private void ShortenFurther()
    {
        foreach (var (ending, replacement) in Further)
        {
            if (Ends(ending))
            {
                if (InR1(ending))
                {
                    Shorten(ending, replacement ?? (InR2(ending) ? "" : ending));
                }

                return;
            }
        }
    }

    private void CutSuffix()
    {
        foreach (var ending in Suffixes)
        {
            if (Ends(ending))
            {
                if (InR2(ending) && (ending != "ion" || (_length > 3 && _word[_length - 4] is 's' or 't')))
                {
                    _length -= ending.Length;
                }

                return;
            }
        }
    }

    private void Shorten(string ending, string replacement)
    {
        _length -= ending.Length;
        replacement.CopyTo(_word[_length..]);
        _length += replacement.Length;
    }
}
