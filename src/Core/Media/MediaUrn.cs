using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Capns.Core.Matching;
using Capns.Core.Urns;

namespace Capns.Core.Media;

/// <summary>The name of a type of data: a tagged URN with prefix <c>media</c>, e.g. <c>media:bytes;pdf</c> (CapNs spec 3). Immutable.</summary>
[JsonConverter(typeof(MediaUrnJsonConverter))]
public sealed partial class MediaUrn : IEquatable<MediaUrn>, ISpanParsable<MediaUrn>, ISpanFormattable, IUtf8SpanFormattable
{
    /// <summary>What every media URN starts with, before the colon.</summary>
    public const string Prefix = "media";

    private MediaUrn(TaggedUrn tagged) => Tagged = tagged;

    /// <summary>The same as a tagged URN.</summary>
    public TaggedUrn Tagged { get; }

    /// <summary>The tags, sorted by key.</summary>
    public ReadOnlySpan<UrnTag> Tags => Tagged.Tags;

    /// <summary>Graded: exact 3, <c>*</c> 2, <c>!</c> 1, summed over the tags.</summary>
    public int Specificity => Tagged.Specificity;

    /// <summary>How many tags of each kind there are.</summary>
    public SpecificityTuple SpecificityTuple => Tagged.SpecificityTuple;

    /// <summary>Takes a tagged URN for a media URN.</summary>
    /// <exception cref="UrnException">InvalidPrefix: it has another prefix.</exception>
    public static MediaUrn From(TaggedUrn tagged) =>
        tagged.Prefix == Prefix ? new MediaUrn(tagged) : throw new UrnException(InvalidPrefix(tagged.Prefix));

    /// <summary>Reads a media URN.</summary>
    /// <exception cref="UrnException">The text is none.</exception>
    public static MediaUrn Parse(string text) =>
        TryParse(text, out var urn, out var error) ? urn : throw new UrnException(error);

    /// <summary>Reads a media URN.</summary>
    /// <param name="text">Any length; <c>media:</c> without tags is one.</param>
    /// <param name="urn">The URN, when the answer is true.</param>
    /// <param name="error">The first mistake, when the answer is false: a tagged URN's, or InvalidPrefix, which has no code.</param>
    public static bool TryParse(
        ReadOnlySpan<char> text, [NotNullWhen(true)] out MediaUrn? urn, [NotNullWhen(false)] out UrnError? error)
    {
        urn = null;
        if (!TaggedUrn.TryParse(text, UrnDomain.Media, out var tagged, out error))
        {
            return false;
        }

        if (tagged.Prefix != Prefix)
        {
            error = InvalidPrefix(tagged.Prefix);
            return false;
        }

        urn = new MediaUrn(tagged);
        return true;
    }

    /// <summary>Says what is wrong with a text, without building anything; allocates only the error.</summary>
    /// <returns>Null when the text is a media URN.</returns>
    public static UrnError? Validate(ReadOnlySpan<char> text)
    {
        var found = new RawTags(stackalloc RawTag[RawTags.Usual]);
        try
        {
            var fault = UrnScanner.Scan(text, out var colon, ref found);
            return !fault.IsNone ? fault.ToError(UrnDomain.Media, text)
                : HasPrefix(text[..colon]) ? null
                : InvalidPrefix(text[..colon].ToString());
        }
        finally
        {
            found.Return();
        }
    }

    /// <summary>The canonical form of a text.</summary>
    /// <exception cref="UrnException">The text is no media URN.</exception>
    public static string Canonical(string text) => Parse(text).ToString();

    /// <inheritdoc cref="Parse(string)" />
    public static MediaUrn Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc cref="Parse(string)" />
    public static MediaUrn Parse(ReadOnlySpan<char> s, IFormatProvider? provider) =>
        TryParse(s, out var urn, out var error) ? urn : throw new UrnException(error);

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [NotNullWhen(true)] out MediaUrn? result) =>
        TryParse(s, out result, out _);

    /// <inheritdoc />
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, [NotNullWhen(true)] out MediaUrn? result) =>
        TryParse(s, out result, out _);

    /// <summary>True when <paramref name="instance"/> is data of this type: <c>media:bytes</c> accepts <c>media:bytes;pdf</c>.</summary>
    public bool Accepts(MediaUrn instance) => TagMatching.Accepts(Tags, instance.Tags);

    /// <summary>True when data of this type is of type <paramref name="pattern"/>, too.</summary>
    public bool ConformsTo(MediaUrn pattern) => pattern.Accepts(this);

    /// <summary>True when some data could be of both types.</summary>
    public bool IsCompatibleWith(MediaUrn other) => Tagged.IsCompatibleWith(other.Tagged);

    /// <inheritdoc cref="TaggedUrn.GetTag" />
    public string? GetTag(string key) => Tagged.GetTag(key);

    /// <inheritdoc cref="TaggedUrn.HasTag" />
    public bool HasTag(string key, string value) => Tagged.HasTag(key, value);

    /// <inheritdoc cref="TaggedUrn.WithTag" />
    public MediaUrn WithTag(string key, string value) => new(Tagged.WithTagIn(UrnDomain.Media, key, value));

    /// <inheritdoc cref="TaggedUrn.WithoutTag" />
    public MediaUrn WithoutTag(string key) => new(Tagged.WithoutTag(key));

    /// <inheritdoc cref="TaggedUrn.TagsToString" />
    public string TagsToString() => Tagged.TagsToString();

    /// <inheritdoc />
    public bool Equals(MediaUrn? other) => other is not null && Tagged.Equals(other.Tagged);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as MediaUrn);

    /// <inheritdoc />
    public override int GetHashCode() => Tagged.GetHashCode();

    /// <inheritdoc cref="TaggedUrn.ToString()" />
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
    public static bool operator ==(MediaUrn? left, MediaUrn? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Not equal as values.</summary>
    public static bool operator !=(MediaUrn? left, MediaUrn? right) => !(left == right);

    /// <summary>What <see cref="Validate"/> finds no mistake in; never allocates.</summary>
    internal static bool IsValid(ReadOnlySpan<char> text)
    {
        var found = new RawTags(stackalloc RawTag[RawTags.Usual]);
        var isValid = UrnScanner.Scan(text, out var colon, ref found).IsNone && HasPrefix(text[..colon]);
        found.Return();
        return isValid;
    }

    private static bool HasPrefix(ReadOnlySpan<char> prefix)
    {
        Span<char> lowered = stackalloc char[Prefix.Length];
        return prefix.Length == Prefix.Length && prefix.ToLowerInvariant(lowered) == Prefix.Length && lowered.SequenceEqual(Prefix);
    }

    private static UrnError InvalidPrefix(string prefix) => new(
        UrnDomain.Media, null, "InvalidPrefix", $"invalid media URN prefix: expected 'media', got '{UrnCharacters.Shorten(prefix.ToLowerInvariant())}'");
}
