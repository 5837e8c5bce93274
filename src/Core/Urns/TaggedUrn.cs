using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Capns.Core.Urns;

/// <summary>A prefix and a set of tags: <c>prefix:key=value;key;key="Quoted Value"</c> (CapNs spec 1 and 2). Immutable.</summary>
/// <remarks>Equal when prefix and tags are, which is when the canonical texts are. Kept parsed: matching allocates nothing.</remarks>
[JsonConverter(typeof(TaggedUrnJsonConverter))]
public sealed partial class TaggedUrn : IEquatable<TaggedUrn>, ISpanParsable<TaggedUrn>, ISpanFormattable, IUtf8SpanFormattable
{
    private readonly UrnTag[] _tags;
    private string? _text;
    private int _hash;

    internal TaggedUrn(string prefix, UrnTag[] sorted)
    {
        Prefix = prefix;
        _tags = sorted;
    }

    /// <summary>What stands before the first colon, lower-cased; not empty.</summary>
    public string Prefix { get; }

    /// <summary>The tags, sorted by the scalar values of their keys.</summary>
    public ReadOnlySpan<UrnTag> Tags => _tags;

    /// <summary>A URN without tags.</summary>
    /// <param name="prefix">Not empty, without colon and without white space in front; lower-cased.</param>
    /// <exception cref="UrnException">Code 3: a colon, or half of a surrogate pair. 10: it is empty. 12: white space in front.</exception>
    public static TaggedUrn Empty(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return prefix.IndexOf(':', StringComparison.Ordinal) > 0
            ? throw Fail(UrnRule.InvalidCharacter, $"Invalid character in prefix: ':' in '{UrnCharacters.Shorten(prefix)}'")
            : Parse($"{prefix}:");
    }

    /// <summary>Reads a URN.</summary>
    /// <exception cref="UrnException">The text is none.</exception>
    public static TaggedUrn Parse(string text) =>
        TryParse(text, out var urn, out var error) ? urn : throw new UrnException(error);

    /// <summary>Reads a URN.</summary>
    /// <param name="text">Any length; nothing is trimmed.</param>
    /// <param name="urn">The URN, when the answer is true.</param>
    /// <param name="error">The first mistake, when the answer is false.</param>
    public static bool TryParse(
        ReadOnlySpan<char> text, [NotNullWhen(true)] out TaggedUrn? urn, [NotNullWhen(false)] out UrnError? error) =>
        TryParse(text, UrnDomain.Tagged, out urn, out error);

    /// <summary>Says what is wrong with a text, without building anything; allocates only the error.</summary>
    /// <returns>Null when the text is a URN.</returns>
    public static UrnError? Validate(ReadOnlySpan<char> text)
    {
        var found = new RawTags(stackalloc RawTag[RawTags.Usual]);
        try
        {
            var fault = UrnScanner.Scan(text, out _, ref found);
            return fault.IsNone ? null : fault.ToError(UrnDomain.Tagged, text);
        }
        finally
        {
            found.Return();
        }
    }

    /// <summary>The canonical form of a text.</summary>
    /// <exception cref="UrnException">The text is no URN.</exception>
    public static string Canonical(string text) => Parse(text).ToString();

    /// <summary>The canonical form of a text; null for null.</summary>
    /// <exception cref="UrnException">The text is there and no URN.</exception>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? CanonicalOption(string? text) => text is null ? null : Canonical(text);

    /// <inheritdoc cref="Parse(string)" />
    public static TaggedUrn Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc cref="Parse(string)" />
    public static TaggedUrn Parse(ReadOnlySpan<char> s, IFormatProvider? provider) =>
        TryParse(s, out var urn, out var error) ? urn : throw new UrnException(error);

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [NotNullWhen(true)] out TaggedUrn? result) =>
        TryParse(s, out result, out _);

    /// <inheritdoc />
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, [NotNullWhen(true)] out TaggedUrn? result) =>
        TryParse(s, out result, out _);

    /// <summary>The stored value of a tag; null when there is none.</summary>
    /// <param name="key">In any case.</param>
    public string? GetTag(string key) => UrnTags.Find(_tags, key) is >= 0 and var at ? _tags[at].Value : null;

    /// <summary>True when there is a tag with exactly this value.</summary>
    /// <param name="key">In any case.</param>
    /// <param name="value">Compared with case.</param>
    public bool HasTag(string key, string value) => GetTag(key) == value;

    /// <summary>A copy with a tag set.</summary>
    /// <param name="key">Lower-cased; made of key characters.</param>
    /// <param name="value">Kept as it is, special values included.</param>
    /// <exception cref="UrnException">Code 2: key or value is empty. Code 3: a character that could not be read back. Code 7: only digits.</exception>
    public TaggedUrn WithTag(string key, string value) => WithTagIn(UrnDomain.Tagged, key, value);

    /// <summary>A copy without a tag.</summary>
    /// <param name="key">In any case.</param>
    public TaggedUrn WithoutTag(string key) =>
        UrnTags.Find(_tags, key) is >= 0 and var at ? new TaggedUrn(Prefix, [.. _tags[..at], .. _tags[(at + 1)..]]) : this;

    /// <summary>A copy with value <c>*</c> for a tag that is there; unchanged when it is not.</summary>
    /// <param name="key">In any case.</param>
    public TaggedUrn WithWildcardTag(string key) =>
        UrnTags.Find(_tags, key) is >= 0 and var at ? new TaggedUrn(Prefix, UrnTags.With(_tags, new UrnTag(_tags[at].Key, "*"))) : this;

    /// <summary>A copy with the listed tags only, as far as they exist.</summary>
    public TaggedUrn Subset(IEnumerable<string> keys) => new(Prefix, UrnTags.Subset(_tags, keys));

    /// <summary>All tags of both; where both have one, that of <paramref name="other"/>.</summary>
    /// <exception cref="UrnException">Code 11: the prefixes differ.</exception>
    public TaggedUrn Merge(TaggedUrn other)
    {
        RequirePrefix(other);
        return new TaggedUrn(Prefix, UrnTags.Merge(_tags, other._tags));
    }

    /// <summary>The canonical text after the colon.</summary>
    public string TagsToString() => ToString()[(Prefix.Length + 1)..];

    /// <inheritdoc />
    public bool Equals(TaggedUrn? other) =>
        ReferenceEquals(this, other)
        || (other is not null && GetHashCode() == other.GetHashCode() && Prefix == other.Prefix && _tags.AsSpan().SequenceEqual(other._tags));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as TaggedUrn);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        if (_hash == 0)
        {
            var hash = default(HashCode);
            hash.Add(Prefix);
            foreach (var tag in _tags)
            {
                hash.Add(tag.Key);
                hash.Add(tag.Value);
            }

            // 0 stands for not yet computed; computing it twice, at once, gives the same.
            _hash = hash.ToHashCode() is var code and not 0 ? code : 1;
        }

        return _hash;
    }

    /// <summary>The canonical form (CapNs spec 1.4): tags sorted, quotes only where needed. Parsing it gives an equal URN.</summary>
    public override string ToString()
    {
        if (_text is null)
        {
            var writer = new UrnWriter(stackalloc char[256]);
            Write(ref writer);
            _text = writer.ToStringAndReturn();
        }

        return _text;
    }

    /// <inheritdoc />
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <summary>Writes the canonical form; allocates nothing.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null)
    {
        var writer = UrnWriter.Bounded(destination);
        Write(ref writer);
        charsWritten = writer.IsFull ? 0 : writer.Length;
        return !writer.IsFull;
    }

    /// <summary>Writes the canonical form as UTF-8; allocates nothing.</summary>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null)
    {
        var writer = new UrnWriter(stackalloc char[256]);
        Write(ref writer);
        var fits = System.Text.Encoding.UTF8.TryGetBytes(writer.Text, utf8Destination, out bytesWritten);
        writer.Return();
        return fits;
    }

    /// <summary>Equal as values.</summary>
    public static bool operator ==(TaggedUrn? left, TaggedUrn? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Not equal as values.</summary>
    public static bool operator !=(TaggedUrn? left, TaggedUrn? right) => !(left == right);

    internal static bool TryParse(
        ReadOnlySpan<char> text, UrnDomain domain, [NotNullWhen(true)] out TaggedUrn? urn, [NotNullWhen(false)] out UrnError? error)
    {
        var found = new RawTags(stackalloc RawTag[RawTags.Usual]);
        try
        {
            var fault = UrnScanner.Scan(text, out var colon, ref found);
            urn = fault.IsNone ? new TaggedUrn(LowerPrefix(text[..colon]), UrnTags.Build(text[(colon + 1)..], found.Items)) : null;
            error = fault.IsNone ? null : fault.ToError(domain, text);
            return urn is not null;
        }
        finally
        {
            found.Return();
        }
    }

    internal TaggedUrn WithTagIn(UrnDomain domain, string key, string value) =>
        new(Prefix, UrnTags.With(_tags, UrnTags.Checked(domain, key, value)));

    internal static UrnException Fail(UrnRule rule, string message) =>
        new(new UrnError(UrnDomain.Tagged, (int)rule, rule.ToString(), message));

    private static string LowerPrefix(ReadOnlySpan<char> prefix) => CommonWords.Find(prefix) ?? prefix.ToString().ToLowerInvariant();

    private void RequirePrefix(TaggedUrn other)
    {
        if (Prefix != other.Prefix)
        {
            throw Fail(
                UrnRule.PrefixMismatch,
                $"Cannot compare URNs with different prefixes: '{UrnCharacters.Shorten(Prefix)}' vs '{UrnCharacters.Shorten(other.Prefix)}'");
        }
    }

    private void Write(ref UrnWriter writer)
    {
        writer.Write(Prefix);
        writer.Write(':');
        writer.WriteTags(_tags);
    }
}
