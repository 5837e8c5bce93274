namespace Capns.Core.Urns;

/// <summary>The rules of tagged URNs that a text can break; the values are the codes (CapNs spec 1.6).</summary>
internal enum UrnRule
{
    None = 0,
    Empty = 1,
    EmptyTagComponent = 2,
    InvalidCharacter = 3,
    MissingPrefix = 5,
    DuplicateKey = 6,
    NumericKey = 7,
    UnterminatedQuote = 8,
    InvalidEscapeSequence = 9,
    EmptyPrefix = 10,
    PrefixMismatch = 11,
    WhitespaceInInput = 12,
}

/// <summary>A mistake in a text, found without allocating anything.</summary>
/// <param name="Rule">Which.</param>
/// <param name="At">UTF-16 index into the text after the first colon; -1 when the mistake is not there.</param>
/// <param name="Length">UTF-16 length of what is at fault: a character, or a key.</param>
internal readonly record struct UrnFault(UrnRule Rule, int At = -1, int Length = 0)
{
    public bool IsNone => Rule == UrnRule.None;

    /// <summary>Puts the mistake into words.</summary>
    /// <param name="domain">Tagged or media.</param>
    /// <param name="text">The whole text that was read.</param>
    public UrnError ToError(UrnDomain domain, ReadOnlySpan<char> text)
    {
        var rule = Rule;
        var tags = text[(text.IndexOf(':') + 1)..];
        var position = At < 0 ? default(int?) : UrnCharacters.CountScalars(tags[..At]);
        var part = At < 0 ? default : tags.Slice(At, Length);
        return Rule switch
        {
            UrnRule.Empty => Say("Tagged URN cannot be empty"),
            UrnRule.EmptyTagComponent => Say($"Tag key or value cannot be empty: tag at position {position}"),
            UrnRule.InvalidCharacter when At < 0 => Say("Invalid character in tag: the prefix has half of a surrogate pair"),
            UrnRule.InvalidCharacter => Say($"Invalid character in tag: {UrnCharacters.Show(part)} at position {position}"),
            UrnRule.MissingPrefix => Say("Tagged URN must have a prefix followed by ':'"),
            UrnRule.DuplicateKey => Say($"Duplicate tag key: {UrnCharacters.Shorten(UrnCharacters.Lower(part))}"),
            UrnRule.NumericKey => Say($"Tag key cannot be purely numeric: {UrnCharacters.Shorten(part)}"),
            UrnRule.UnterminatedQuote => Say($"Unterminated quote at position {position}"),
            UrnRule.InvalidEscapeSequence => Say($"Invalid escape sequence at position {position} (only \\\" and \\\\ allowed)"),
            UrnRule.EmptyPrefix => Say("Tagged URN prefix cannot be empty"),
            UrnRule.WhitespaceInInput => Say($"Tagged URN has leading or trailing whitespace: '{UrnCharacters.Shorten(text)}'"),
            _ => throw new InvalidOperationException($"{Rule} is not found in a text."),
        };

        UrnError Say(string message) => new(domain, (int)rule, rule.ToString(), message, position);
    }
}
