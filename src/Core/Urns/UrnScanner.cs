namespace Capns.Core.Urns;

/// <summary>Reads a tagged URN without allocating; the first mistake, in the order of CapNs spec 1.3, ends it.</summary>
internal ref struct UrnScanner
{
    private readonly ReadOnlySpan<char> _tags;
    private int _at;

    private UrnScanner(ReadOnlySpan<char> tags) => _tags = tags;

    /// <summary>Finds the tags of a text.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="colon">Index of the first colon; what is before it is the prefix.</param>
    /// <param name="found">Receives the tags in the order of the text.</param>
    /// <returns>The first mistake, or none.</returns>
    public static UrnFault Scan(ReadOnlySpan<char> text, out int colon, ref RawTags found)
    {
        colon = text.IndexOf(':');
        if (text.IsEmpty)
        {
            return new UrnFault(UrnRule.Empty);
        }

        if (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))
        {
            return new UrnFault(UrnRule.WhitespaceInInput);
        }

        if (colon <= 0)
        {
            return new UrnFault(colon < 0 ? UrnRule.MissingPrefix : UrnRule.EmptyPrefix);
        }

        if (UrnCharacters.HasLoneSurrogate(text[..colon]))
        {
            return new UrnFault(UrnRule.InvalidCharacter);
        }

        var scanner = new UrnScanner(text[(colon + 1)..]);
        var fault = scanner.ScanTags(ref found);
        // A tag that repeats a key comes before the mistake, if there is one, in the text.
        var duplicate = found.FindDuplicate(scanner._tags);
        return duplicate < 0 ? fault : new UrnFault(UrnRule.DuplicateKey, found.Items[duplicate].Key, found.Items[duplicate].KeyLength);
    }

    private UrnFault ScanTags(ref RawTags found)
    {
        while (true)
        {
            while (_at < _tags.Length && _tags[_at] == ';')
            {
                _at++;
            }

            if (_at == _tags.Length)
            {
                return default;
            }

            var fault = ScanTag(out var tag);
            if (!fault.IsNone)
            {
                return fault;
            }

            found.Add(tag);
            if (!tag.KeyOf(_tags).ContainsAnyExceptInRange('0', '9'))
            {
                // Unless an earlier tag has the same key, but then that one is numeric, too.
                return new UrnFault(UrnRule.NumericKey, tag.Key, tag.KeyLength);
            }
        }
    }

    private UrnFault ScanTag(out RawTag tag)
    {
        var key = _at;
        var length = UrnCharacters.KeyRun(_tags[key..]);
        tag = new RawTag(key, length, 0, 0, RawForm.None);
        _at += length;
        if (length > 0 && (_at == _tags.Length || _tags[_at] == ';'))
        {
            return default;
        }

        if (length == 0 || _tags[_at] != '=')
        {
            return InvalidHere();
        }

        _at++;
        if (_at == _tags.Length || _tags[_at] == ';')
        {
            return new UrnFault(UrnRule.EmptyTagComponent, key);
        }

        return _tags[_at] == '"' ? ScanQuoted(ref tag) : ScanBare(ref tag);
    }

    private UrnFault ScanBare(ref RawTag tag)
    {
        var length = UrnCharacters.BareRun(_tags[_at..]);
        tag = tag with { Value = _at, ValueLength = length, Form = RawForm.Bare };
        _at += length;
        return _at == _tags.Length || _tags[_at] == ';' ? default : InvalidHere();
    }

    private UrnFault ScanQuoted(ref RawTag tag)
    {
        var value = ++_at;
        var form = RawForm.Quoted;
        while (true)
        {
            var run = _tags[_at..].IndexOfAny('"', '\\');
            var end = run < 0 ? _tags.Length : _at + run;
            if (UrnCharacters.HasLoneSurrogate(_tags[_at..end]))
            {
                while (UrnCharacters.ScalarLength(_tags[_at..]) is var length && !UrnCharacters.HasLoneSurrogate(_tags.Slice(_at, length)))
                {
                    _at += length;
                }

                return InvalidHere();
            }

            _at = end;
            if (_at == _tags.Length || (_tags[_at] == '\\' && _at + 1 == _tags.Length))
            {
                return new UrnFault(UrnRule.UnterminatedQuote, _tags.Length);
            }

            if (_tags[_at] == '"')
            {
                break;
            }

            if (_tags[_at + 1] is not ('"' or '\\'))
            {
                return new UrnFault(UrnRule.InvalidEscapeSequence, _at + 1);
            }

            form = RawForm.QuotedWithEscapes;
            _at += 2;
        }

        tag = tag with { Value = value, ValueLength = _at - value, Form = form };
        _at++;
        return _at < _tags.Length && _tags[_at] != ';' ? InvalidHere()
            : tag.ValueLength == 0 ? new UrnFault(UrnRule.EmptyTagComponent, tag.Key)
            : default;
    }

    private readonly UrnFault InvalidHere() =>
        new(UrnRule.InvalidCharacter, _at, UrnCharacters.ScalarLength(_tags[_at..]));
}
