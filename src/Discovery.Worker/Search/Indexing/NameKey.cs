using System.Text;
using Capns.Discovery.Worker.Search.Text;

namespace Capns.Discovery.Worker.Search.Indexing;

/// <summary>A name as its letters and digits only: <c>pdf-summary</c>, <c>PDF Summary</c> and <c>pdfSummary</c> are alike. Pure.</summary>
internal static class NameKey
{
    /// <summary>A number that names which are alike share; others hardly ever. 0: it has no letters.</summary>
    public static uint HashOf(ReadOnlySpan<char> name)
    {
        var hash = 2166136261u;
        var any = false;
        var letters = new Letters(name);
        while (letters.Next() is >= 0 and var letter)
        {
            (hash, any) = ((hash ^ (uint)letter) * 16777619u, true);
        }

        return any ? Math.Max(hash, 1) : 0;
    }

    /// <summary>True when both have the same letters and digits in the same order, and at least one.</summary>
    public static bool AreAlike(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var first = new Letters(left);
        var second = new Letters(right);
        for (var count = 0; ; count++)
        {
            var letter = first.Next();
            if (letter != second.Next())
            {
                return false;
            }

            if (letter < 0)
            {
                return count > 0;
            }
        }
    }

    /// <summary>Walks over the folded letters of a name.</summary>
    private ref struct Letters(ReadOnlySpan<char> rest)
    {
        private ReadOnlySpan<char> _rest = rest;
        private char _waiting;

        public int Next()
        {
            if (_waiting != '\0')
            {
                var second = _waiting;
                _waiting = '\0';
                return second;
            }

            Span<char> folded = stackalloc char[2];
            while (!_rest.IsEmpty)
            {
                _ = Rune.DecodeFromUtf16(_rest, out var rune, out var used);
                _rest = _rest[used..];
                if ((Rune.IsLetterOrDigit(rune) || rune.Value is '+' or '#') && Folding.Fold(rune, folded) is > 0 and var length)
                {
                    _waiting = length > 1 ? folded[1] : '\0';
                    return folded[0];
                }
            }

            return -1;
        }
    }
}
