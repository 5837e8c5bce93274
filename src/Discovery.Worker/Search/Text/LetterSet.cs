namespace Capns.Discovery.Worker.Search.Text;

/// <summary>Which letters a word has, as bits: a to z, the digits, and 28 bits that all others share.</summary>
internal static class LetterSet
{
    public static ulong Of(ReadOnlySpan<char> word)
    {
        var set = 0UL;
        foreach (var letter in word)
        {
            set |= 1UL << (letter is >= 'a' and <= 'z' ? letter - 'a' : letter is >= '0' and <= '9' ? 26 + letter - '0' : 36 + (letter % 28));
        }

        return set;
    }
}
