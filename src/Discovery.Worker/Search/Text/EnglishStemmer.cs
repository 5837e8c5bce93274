namespace Capns.Discovery.Worker.Search.Text;

/// <summary>Cuts English words down to a common form: "connected", "connecting" and "connection" become "connect". Pure.</summary>
/// <remarks>
/// The algorithm English, called Porter2, as its author describes it (snowballstem.org). Works in the given place; a vowel y
/// and a consonant y are told apart by its upper case meanwhile.
/// </remarks>
internal ref partial struct EnglishStemmer
{
    private readonly Span<char> _word;
    private int _length;
    private int _r1;
    private int _r2;

    private EnglishStemmer(Span<char> word, int length)
    {
        _word = word;
        _length = length;
    }

    private readonly ReadOnlySpan<char> Word => _word[.._length];

    /// <summary>Stems a word where it stands.</summary>
    /// <param name="word">With room for one character more.</param>
    /// <param name="length">Characters of the word. Anything but a to z and apostrophes leaves it as it is.</param>
    /// <returns>The new length: never more than before, by exception one more.</returns>
    public static int Stem(Span<char> word, int length)
    {
        if (length <= 2 || word[..length].ContainsAnyExcept(Letters))
        {
            return length;
        }

        if (Exceptions.TryGetValue(word[..length], out var known))
        {
            known.CopyTo(word);
            return known.Length;
        }

        var stemmer = new EnglishStemmer(word, length);
        stemmer.Run();
        return stemmer._length;
    }

    private void Run()
    {
        MarkConsonantY();
        FindRegions();
        CutPossessive();
        CutPlural();
        if (!Invariant.Contains(Word))
        {
            CutPast();
            TurnY();
            ShortenDerived();
            ShortenFurther();
            CutSuffix();
            CutLast();
        }

        _word[.._length].Replace('Y', 'y');
    }

    private readonly void MarkConsonantY()
    {
        for (var at = 0; at < _length; at++)
        {
            if (_word[at] == 'y' && (at == 0 || IsVowel(_word[at - 1])))
            {
                _word[at] = 'Y';
            }
        }
    }

    private void FindRegions()
    {
        _r1 = After(0);
        foreach (var beginning in Beginnings)
        {
            if (Word.StartsWith(beginning))
            {
                _r1 = beginning.Length;
                break;
            }
        }

        _r2 = After(_r1);
    }

    /// <summary>Behind the first consonant that follows a vowel.</summary>
    private readonly int After(int start)
    {
        for (var at = start + 1; at < _length; at++)
        {
            if (!IsVowel(_word[at]) && IsVowel(_word[at - 1]))
            {
                return at + 1;
            }
        }

        return _length;
    }

    private void CutPossessive()
    {
        _ = Cut("'s'") || Cut("'s") || Cut("'");
    }

    private void CutPlural()
    {
        if (Ends("sses"))
        {
            _length -= 2;
        }
        else if (Ends("ied") || Ends("ies"))
        {
            _length -= _length > 4 ? 2 : 1;
        }
        else if (Ends("s") && !Ends("us") && !Ends("ss") && _length > 2 && HasVowel(_length - 2))
        {
            _length--;
        }
    }

    private void CutPast()
    {
        foreach (var ending in (ReadOnlySpan<string>)["eedly", "eed"])
        {
            if (Ends(ending))
            {
                _length -= InR1(ending) ? ending.Length - 2 : 0;
                return;
            }
        }

        foreach (var ending in (ReadOnlySpan<string>)["ingly", "edly", "ing", "ed"])
        {
            if (Ends(ending))
            {
                if (HasVowel(_length - ending.Length))
                {
                    _length -= ending.Length;
                    MendEnd();
                }

                return;
            }
        }
    }

    private void MendEnd()
    {
        if (Ends("at") || Ends("bl") || Ends("iz"))
        {
            _word[_length++] = 'e';
        }
        else if (_length > 1 && _word[_length - 1] == _word[_length - 2] && "bdfgmnprt".Contains(_word[_length - 1], StringComparison.Ordinal))
        {
            _length--;
        }
        else if (_r1 >= _length && EndsInShortSyllable(_length))
        {
            _word[_length++] = 'e';
        }
    }

    private readonly void TurnY()
    {
        if (_length > 2 && _word[_length - 1] is 'y' or 'Y' && !IsVowel(_word[_length - 2]))
        {
            _word[_length - 1] = 'i';
        }
    }

    private void CutLast()
    {
        if (Ends("e") && (_length - 1 >= _r2 || (_length - 1 >= _r1 && !EndsInShortSyllable(_length - 1))))
        {
            _length--;
        }
        else if (Ends("ll") && _length - 1 >= _r2)
        {
            _length--;
        }
    }

    private readonly bool EndsInShortSyllable(int length) => length == 2
        ? IsVowel(_word[0]) && !IsVowel(_word[1])
        : length > 2 && !IsVowel(_word[length - 3]) && IsVowel(_word[length - 2]) && !IsVowel(_word[length - 1])
            && _word[length - 1] is not ('w' or 'x' or 'Y');

    private readonly bool HasVowel(int length) => _word[..length].ContainsAny(Vowels);

    private readonly bool Ends(string ending) => Word.EndsWith(ending);

    private readonly bool InR1(string ending) => _length - ending.Length >= _r1;

    private readonly bool InR2(string ending) => _length - ending.Length >= _r2;

    private bool Cut(string ending)
    {
        var ends = Ends(ending);
        _length -= ends ? ending.Length : 0;
        return ends;
    }

    private static bool IsVowel(char letter) => letter is 'a' or 'e' or 'i' or 'o' or 'u' or 'y';
}
