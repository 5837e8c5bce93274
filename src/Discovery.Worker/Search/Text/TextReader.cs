using System.Text;

namespace Capns.Discovery.Worker.Search.Text;

/// <summary>Splits text into words: at what is no letter or digit, and inside of names at changes of case, dashes, underscores and dots.</summary>
/// <remarks>
/// Every word is folded (<see cref="Folding"/>). Scripts without spaces are read as pairs of characters. Takes time in
/// proportion to the text, whatever is in it. Not thread-safe; made to be used again.
/// </remarks>
internal sealed class TextReader
{
    /// <summary>Characters of a word; what is beyond is not read.</summary>
    public const int LongestWord = 48;

    /// <summary>Parts of a name that are joined; a longer one is a sentence.</summary>
    private const int MostJoined = 4;

    private readonly List<Token> _tokens = [];
    private char[] _letters = new char[256];
    private int _length;
    private int _part;
    private int _parts;
    private int _compound;
    private Class _last;

    private enum Class
    {
        None = 0,
        Lower,
        Upper,
        Digit,
        Pictorial,
    }

    /// <summary>The words of what was read last, in their order; a joined form follows its parts.</summary>
    public IReadOnlyList<Token> Tokens => _tokens;

    /// <summary>Parts that were read: one more than the largest <see cref="Token.Last"/>.</summary>
    public int Parts => _parts;

    /// <summary>The folded letters of a word; valid until the next text is read.</summary>
    public ReadOnlySpan<char> this[Token token] => _letters.AsSpan(token.Start, token.Length);

    /// <summary>Reads a text in place of the one before.</summary>
    public void Read(ReadOnlySpan<char> text)
    {
        _tokens.Clear();
        (_length, _part, _parts, _compound, _last) = (0, 0, 0, 0, Class.None);
        while (!text.IsEmpty)
        {
            _ = Rune.DecodeFromUtf16(text, out var rune, out var used);
            var rest = text[used..];
            if (Rune.IsLetterOrDigit(rune))
            {
                Take(rune, rest);
            }
            else if (!(_length > _part && Folding.IsMark(rune)))
            {
                rest = Separate(rune, rest);
            }

            text = rest;
        }

        EndCompound();
    }

    private void Take(Rune rune, ReadOnlySpan<char> rest)
    {
        var kind = ClassOf(rune);
        var splits = _length > _part && (kind == Class.Pictorial != (_last == Class.Pictorial)
            || (kind == Class.Upper && (_last is Class.Lower or Class.Digit || (_last == Class.Upper && BeginsWord(rest)))));
        if (splits)
        {
            EndPart();
        }

        _last = kind;
        if (_length + 2 > _letters.Length)
        {
            Array.Resize(ref _letters, _letters.Length * 2);
        }

        // A run of pictorial characters is cut into pairs, so it may be longer than a word.
        if (_length - _part < LongestWord - 2 || (kind == Class.Pictorial && _length - _part < 512))
        {
            _length += Folding.Fold(rune, _letters.AsSpan(_length));
        }
    }

    /// <summary>"PDFFile" is split before the last capital; "PDFs" is not.</summary>
    private static bool BeginsWord(ReadOnlySpan<char> rest) => rest.Length > 1 && char.IsLower(rest[0]) && char.IsLower(rest[1]);

    private ReadOnlySpan<char> Separate(Rune rune, ReadOnlySpan<char> rest)
    {
        var inside = _length > _part && !rest.IsEmpty && char.IsLetterOrDigit(rest[0]);
        switch (rune.Value)
        {
            case '\'' or 0x2019 when inside:
                // Of "today's" only the word is kept; "don't" is one word.
                return rest[0] is 's' or 'S' && (rest.Length == 1 || !char.IsLetterOrDigit(rest[1])) ? rest[1..] : rest;
            case '-' or '_' or '.' or 0x2010 or 0x2011 when inside:
                EndPart();
                return rest;
            case '+' when _length == _part + 1 && rest.StartsWith("+"):
                Append("plusplus");
                return rest[1..];
            case '#' when _length == _part + 1:
                Append("sharp");
                return rest;
            default:
                EndCompound();
                return rest;
        }
    }

    private void Append(string letters)
    {
        Array.Resize(ref _letters, Math.Max(_letters.Length, _length + letters.Length + 2));
        letters.CopyTo(_letters.AsSpan(_length));
        _length += letters.Length;
    }

    private void EndPart()
    {
        var length = _length - _part;
        if (length == 0)
        {
            return;
        }

        if (_last == Class.Pictorial && length > 2)
        {
            for (var at = _part; at < _length - 1; at++)
            {
                _tokens.Add(new Token(at, 2, _parts, _parts++, TokenKind.Part));
            }
        }
        else
        {
            _tokens.Add(new Token(_part, length, _parts, _parts, TokenKind.Part));
            AddLetters(length);
            _parts++;
        }

        _part = _length;
        _last = Class.None;
    }

    private void AddLetters(int length)
    {
        var part = _letters.AsSpan(_part, length);
        var digit = part.IndexOfAnyInRange('0', '9');
        if (digit >= 3)
        {
            _tokens.Add(new Token(_part, digit, _parts, _parts, TokenKind.Letters));
        }
        else if (digit >= 0 && length - 1 - part.LastIndexOfAnyInRange('0', '9') is >= 3 and var letters)
        {
            _tokens.Add(new Token(_length - letters, letters, _parts, _parts, TokenKind.Letters));
        }
    }

    private void EndCompound()
    {
        EndPart();
        var first = _tokens.Count;
        while (first > 0 && _tokens[first - 1].First >= _compound)
        {
            first--;
        }

        var count = _parts - _compound;
        if (count is > 1 and <= MostJoined && _tokens[first].Start is var start && _length - start <= LongestWord)
        {
            _tokens.Add(new Token(start, _length - start, _compound, _parts - 1, TokenKind.Joined));
        }

        _compound = _parts;
    }

    private static Class ClassOf(Rune rune) => Rune.IsUpper(rune) ? Class.Upper
        : Rune.IsDigit(rune) ? Class.Digit
        : rune.Value is >= 0x2E80 and <= 0x9FFF or >= 0x20000 and <= 0x3FFFF ? Class.Pictorial
        : Class.Lower;
}
