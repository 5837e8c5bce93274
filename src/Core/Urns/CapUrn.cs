using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Capns.Core.Media;

namespace Capns.Core.Urns;

/// <summary>
/// The name of a capability, or a wish for one: a tagged URN with prefix <c>cap</c> and the directions <c>in</c> and
/// <c>out</c>, each a media URN or <c>*</c> (CapNs spec 4). Immutable; parsed once, matched without parsing.
/// </summary>
/// <remarks>
/// The directions are kept as they are written: <c>in="media:a;b"</c> and <c>in="media:b;a"</c> match each other and are not
/// equal (<see cref="IsEquivalentTo"/> says whether they mean the same).
/// </remarks>
[JsonConverter(typeof(CapUrnJsonConverter))]
public sealed partial class CapUrn : IEquatable<CapUrn>, ISpanParsable<CapUrn>, ISpanFormattable, IUtf8SpanFormattable
{
    /// <summary>What every capability URN starts with, before the colon.</summary>
    public const string Prefix = "cap";

    /// <summary>The direction that means: do not compare.</summary>
    public const string AnyDirection = "*";

    internal const string InKey = "in";
    internal const string OutKey = "out";

    private readonly UrnTag[] _others;

    private CapUrn(TaggedUrn tagged, MediaUrn? input, MediaUrn? output)
    {
        Tagged = tagged;
        Input = input;
        Output = output;
        _others = Without(tagged.Tags);
        InSpec = tagged.Tags[UrnTags.FindExactly(tagged.Tags, InKey)].Value;
        OutSpec = tagged.Tags[UrnTags.FindExactly(tagged.Tags, OutKey)].Value;
        (Specificity, TagCountSpecificity) = Count();
    }

    /// <summary>The same as a tagged URN, directions included.</summary>
    public TaggedUrn Tagged { get; }

    /// <summary>What is accepted, as written: a media URN or <c>*</c>.</summary>
    public string InSpec { get; }

    /// <summary>What is produced, as written: a media URN or <c>*</c>.</summary>
    public string OutSpec { get; }

    /// <summary><see cref="InSpec"/> parsed; null for <c>*</c>.</summary>
    public MediaUrn? Input { get; }

    /// <summary><see cref="OutSpec"/> parsed; null for <c>*</c>.</summary>
    public MediaUrn? Output { get; }

    /// <summary>All tags but the directions, sorted by key.</summary>
    public ReadOnlySpan<UrnTag> OtherTags => _others;

    /// <summary>Reads a capability URN.</summary>
    /// <exception cref="UrnException">The text is none.</exception>
    public static CapUrn Parse(string text) =>
        TryParse(text, out var urn, out var error) ? urn : throw new UrnException(error);

    /// <summary>Reads a capability URN. Both directions must be there.</summary>
    /// <param name="text">Any length; nothing is trimmed.</param>
    /// <param name="urn">The URN, when the answer is true.</param>
    /// <param name="error">The first mistake, when the answer is false.</param>
    public static bool TryParse(
        ReadOnlySpan<char> text, [NotNullWhen(true)] out CapUrn? urn, [NotNullWhen(false)] out UrnError? error) =>
        TryParse(text, fills: false, out urn, out error);

    /// <summary>Reads a wish for a capability, in which <c>in</c> and <c>out</c> may be left out; they are then <c>*</c> (CapNs spec 4.1, D10).</summary>
    /// <exception cref="UrnException">The text is none.</exception>
    public static CapUrn ParseRequest(string text) =>
        TryParseRequest(text, out var urn, out var error) ? urn : throw new UrnException(error);

    /// <inheritdoc cref="ParseRequest" />
    /// <param name="text">Any length; nothing is trimmed.</param>
    /// <param name="urn">The URN, when the answer is true.</param>
    /// <param name="error">The first mistake, when the answer is false.</param>
    public static bool TryParseRequest(
        ReadOnlySpan<char> text, [NotNullWhen(true)] out CapUrn? urn, [NotNullWhen(false)] out UrnError? error) =>
        TryParse(text, fills: true, out urn, out error);

    /// <summary>A URN of the tags of a map, <c>in</c> and <c>out</c> among them.</summary>
    /// <exception cref="UrnException">Codes 2, 3, 7: a tag cannot be one. 10, 11: a direction is missing. 12: it is no media URN.</exception>
    public static CapUrn FromTags(IEnumerable<KeyValuePair<string, string>> tags) =>
        From(new TaggedUrn(Prefix, UrnTags.Collect(tags.Select(tag => UrnTags.Checked(UrnDomain.Cap, tag.Key, tag.Value)))));

    /// <summary>Takes a tagged URN for a capability URN.</summary>
    /// <exception cref="UrnException">Code 5: another prefix. 10, 11: a direction is missing. 12: it is no media URN.</exception>
    public static CapUrn From(TaggedUrn tagged) =>
        TryFrom(tagged, fills: false, out var urn, out var error) ? urn : throw new UrnException(error);

    /// <summary>The canonical form of a text.</summary>
    /// <exception cref="UrnException">The text is no capability URN.</exception>
    public static string Canonical(string text) => Parse(text).ToString();

    /// <summary>The canonical form of a text; null for null.</summary>
    /// <exception cref="UrnException">The text is there and no capability URN.</exception>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? CanonicalOption(string? text) => text is null ? null : Canonical(text);

    /// <summary>Says what is wrong with a text, without building anything; allocates only the error.</summary>
    /// <returns>Null when the text is a capability URN with both directions.</returns>
    public static UrnError? Validate(ReadOnlySpan<char> text) => CapUrnValidation.Validate(text);

    /// <inheritdoc cref="Parse(string)" />
    public static CapUrn Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc cref="Parse(string)" />
    public static CapUrn Parse(ReadOnlySpan<char> s, IFormatProvider? provider) =>
        TryParse(s, out var urn, out var error) ? urn : throw new UrnException(error);

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [NotNullWhen(true)] out CapUrn? result) =>
        TryParse(s, out result, out _);

    /// <inheritdoc />
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, [NotNullWhen(true)] out CapUrn? result) =>
        TryParse(s, out result, out _);

    /// <summary>The stored value of a tag, also of <c>in</c> and <c>out</c>; null when there is none.</summary>
    /// <param name="key">In any case.</param>
    public string? GetTag(string key) => Tagged.GetTag(key);

    /// <summary>True when there is a tag with exactly this value.</summary>
    /// <param name="key">In any case.</param>
    /// <param name="value">Compared with case.</param>
    public bool HasTag(string key, string value) => Tagged.HasTag(key, value);

    /// <summary>A copy with a tag set; unchanged for <c>in</c> and <c>out</c>, which have <see cref="WithInSpec"/> and <see cref="WithOutSpec"/>.</summary>
    /// <exception cref="UrnException">Codes 2, 3 and 7: it could not be read back.</exception>
    public CapUrn WithTag(string key, string value) => IsDirection(key) && value.Length > 0 ? this : With(Set(Tagged, key, value));

    /// <summary>A copy with another input.</summary>
    /// <exception cref="UrnException">Code 12: neither a media URN nor <c>*</c>. 3: half of a surrogate pair.</exception>
    public CapUrn WithInSpec(string spec) => From(SetDirection(Tagged, InKey, spec));

    /// <summary>A copy with another output.</summary>
    /// <inheritdoc cref="WithInSpec" path="/exception" />
    public CapUrn WithOutSpec(string spec) => From(SetDirection(Tagged, OutKey, spec));

    /// <summary>A copy without a tag; unchanged for <c>in</c> and <c>out</c>.</summary>
    public CapUrn WithoutTag(string key) => IsDirection(key) ? this : With(Tagged.WithoutTag(key));

    /// <summary>A copy with value <c>*</c> for a tag or direction that is there; unchanged when it is not.</summary>
    public CapUrn WithWildcardTag(string key) => From(Tagged.WithWildcardTag(key));

    /// <summary>A copy with the listed tags only, as far as they exist, and both directions.</summary>
    public CapUrn Subset(IEnumerable<string> keys) => With(Tagged.Subset([.. keys, InKey, OutKey]));

    /// <summary>All tags of both; where both have one, and for the directions, that of <paramref name="other"/>.</summary>
    public CapUrn Merge(CapUrn other) => new(Tagged.Merge(other.Tagged), other.Input, other.Output);

    /// <summary>The canonical text after the colon.</summary>
    public string TagsToString() => Tagged.TagsToString();

    /// <summary>True when both mean the same: the same tags, and directions that are equal as media URNs.</summary>
    public bool IsEquivalentTo(CapUrn other) => Input == other.Input && Output == other.Output && OtherTags.SequenceEqual(other.OtherTags);

    /// <inheritdoc />
    public bool Equals(CapUrn? other) => other is not null && Tagged.Equals(other.Tagged);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as CapUrn);

    /// <inheritdoc />
    public override int GetHashCode() => Tagged.GetHashCode();

    /// <summary>The canonical form: the directions stand among the other tags, by key. Parsing it gives an equal URN.</summary>
    public override string ToString() => Tagged.ToString();

    /// <inheritdoc />
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc cref="TaggedUrn.TryFormat(Span{char}, out int, ReadOnlySpan{char}, IFormatProvider?)" />
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null) =>
        Tagged.TryFormat(destination, out charsWritten, format, provider);

    /// <inheritdoc cref="TaggedUrn.TryFormat(Span{byte}, out int, ReadOnlySpan{char}, IFormatProvider?)" />
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null) =>
        Tagged.TryFormat(utf8Destination, out bytesWritten, format, provider);

    /// <summary>Equal as values.</summary>
    public static bool operator ==(CapUrn? left, CapUrn? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Not equal as values.</summary>
    public static bool operator !=(CapUrn? left, CapUrn? right) => !(left == right);

    internal static bool IsDirection(string key) =>
        key.Equals(InKey, StringComparison.OrdinalIgnoreCase) || key.Equals(OutKey, StringComparison.OrdinalIgnoreCase);

    internal static TaggedUrn Set(TaggedUrn urn, string key, string value) => urn.WithTagIn(UrnDomain.Cap, key, value);

    internal static TaggedUrn SetDirection(TaggedUrn urn, string key, string spec) =>
        spec.Length > 0 ? Set(urn, key, spec) : throw new UrnException(CapUrnErrors.InvalidMediaUrn(key, spec));

    private static bool TryParse(
        ReadOnlySpan<char> text, bool fills, [NotNullWhen(true)] out CapUrn? urn, [NotNullWhen(false)] out UrnError? error)
    {
        urn = null;
        if (TaggedUrn.TryParse(text, out var tagged, out error))
        {
            return TryFrom(tagged, fills, out urn, out error);
        }

        error = CapUrnErrors.From(error);
        return false;
    }

    private static bool TryFrom(
        TaggedUrn tagged, bool fills, [NotNullWhen(true)] out CapUrn? urn, [NotNullWhen(false)] out UrnError? error)
    {
        urn = null;
        if (tagged.Prefix != Prefix)
        {
            error = CapUrnErrors.MissingCapPrefix(tagged.Prefix);
            return false;
        }

        if (!TryReadDirection(ref tagged, InKey, fills, out var input, out error)
            || !TryReadDirection(ref tagged, OutKey, fills, out var output, out error))
        {
            // Both must be there before either is looked into.
            error = error.Code == CapUrnErrors.InvalidMediaUrnCode && !fills && tagged.GetTag(OutKey) is null ? CapUrnErrors.MissingOutSpec : error;
            return false;
        }

        urn = new CapUrn(tagged, input, output);
        return true;
    }

    private static bool TryReadDirection(
        ref TaggedUrn tagged, string key, bool fills, out MediaUrn? direction, [NotNullWhen(false)] out UrnError? error)
    {
        direction = null;
        error = null;
        var at = UrnTags.FindExactly(tagged.Tags, key);
        if (at < 0)
        {
            error = fills ? null : key == InKey ? CapUrnErrors.MissingInSpec : CapUrnErrors.MissingOutSpec;
            tagged = fills ? tagged.WithTag(key, AnyDirection) : tagged;
            return fills;
        }

        var spec = tagged.Tags[at].Value;
        if (spec != AnyDirection && !MediaUrn.TryParse(spec, out direction, out _))
        {
            error = CapUrnErrors.InvalidMediaUrn(key, spec);
            return false;
        }

        return true;
    }

    private static UrnTag[] Without(ReadOnlySpan<UrnTag> tags)
    {
        var others = new UrnTag[tags.Length - 2];
        var count = 0;
        foreach (var tag in tags)
        {
            if (tag.Key is not (InKey or OutKey))
            {
                others[count++] = tag;
            }
        }

        return others;
    }

    private CapUrn With(TaggedUrn tagged) => new(tagged, Input, Output);
}
