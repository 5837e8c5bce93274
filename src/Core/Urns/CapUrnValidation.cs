using System.Buffers;
using Capns.Core.Media;

namespace Capns.Core.Urns;

/// <summary>Checks a text without building a URN.</summary>
internal static class CapUrnValidation
{
    private const int StackRoom = 256;

    public static UrnError? Validate(ReadOnlySpan<char> text)
    {
        var found = new RawTags(stackalloc RawTag[RawTags.Usual]);
        try
        {
            var fault = UrnScanner.Scan(text, out var colon, ref found);
            return !fault.IsNone ? CapUrnErrors.From(fault.ToError(UrnDomain.Tagged, text))
                : !text[..colon].Equals(CapUrn.Prefix, StringComparison.OrdinalIgnoreCase) ? CapUrnErrors.MissingCapPrefix(text[..colon].ToString().ToLowerInvariant())
                : ValidateDirections(text[(colon + 1)..], found.Items);
        }
        finally
        {
            found.Return();
        }
    }

    private static UrnError? ValidateDirections(ReadOnlySpan<char> text, ReadOnlySpan<RawTag> tags)
    {
        var input = Find(text, tags, CapUrn.InKey);
        if (input < 0)
        {
            return CapUrnErrors.MissingInSpec;
        }

        var output = Find(text, tags, CapUrn.OutKey);
        return output < 0 ? CapUrnErrors.MissingOutSpec
            : !IsDirection(text, tags[input]) ? CapUrnErrors.InvalidMediaUrn(CapUrn.InKey, tags[input].StoredValue(text))
            : !IsDirection(text, tags[output]) ? CapUrnErrors.InvalidMediaUrn(CapUrn.OutKey, tags[output].StoredValue(text))
            : null;
    }

    private static int Find(ReadOnlySpan<char> text, ReadOnlySpan<RawTag> tags, string key)
    {
        for (var i = 0; i < tags.Length; i++)
        {
            if (UrnCharacters.EqualLowered(tags[i].KeyOf(text), key))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool IsDirection(ReadOnlySpan<char> text, in RawTag tag)
    {
        var value = tag.ValueOf(text);
        if (tag.Form != RawForm.QuotedWithEscapes)
        {
            return value is CapUrn.AnyDirection || MediaUrn.IsValid(value);
        }

        var rented = value.Length > StackRoom ? ArrayPool<char>.Shared.Rent(value.Length) : null;
        try
        {
            Span<char> plain = rented ?? stackalloc char[StackRoom];
            return MediaUrn.IsValid(plain[..RawTag.Unescape(value, plain)]);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<char>.Shared.Return(rented);
            }
        }
    }
}
