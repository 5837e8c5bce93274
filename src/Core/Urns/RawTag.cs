namespace Capns.Core.Urns;

/// <summary>Where a tag stands in the text after the first colon, in UTF-16 units; nothing of it has been copied.</summary>
/// <param name="Key">Start of the key.</param>
/// <param name="KeyLength">Its length, 1 and up.</param>
/// <param name="Value">Start of the value, behind the opening quote if there is one; without a value: 0.</param>
/// <param name="ValueLength">Its length without quotes, escapes counted as written; 0: the tag has no value, which means <c>*</c>.</param>
/// <param name="Form">How the value is written.</param>
internal readonly record struct RawTag(int Key, int KeyLength, int Value, int ValueLength, RawForm Form)
{
    public ReadOnlySpan<char> KeyOf(ReadOnlySpan<char> tags) => tags.Slice(Key, KeyLength);

    public ReadOnlySpan<char> ValueOf(ReadOnlySpan<char> tags) => Form == RawForm.None ? "*" : tags.Slice(Value, ValueLength);

    /// <summary>The value as it is stored: lowered when it is bare, without escapes when it is quoted.</summary>
    public string StoredValue(ReadOnlySpan<char> tags)
    {
        var value = ValueOf(tags);
        return Form switch
        {
            RawForm.None => "*",
            RawForm.Bare => UrnCharacters.Lower(value),
            RawForm.Quoted => CommonWords.Find(value) ?? value.ToString(),
            _ => Unescape(value),
        };
    }

    /// <summary>Writes the value without escapes.</summary>
    /// <returns>The number of characters written; at most the length of <paramref name="value"/>.</returns>
    public static int Unescape(ReadOnlySpan<char> value, Span<char> target)
    {
        var length = 0;
        for (var i = 0; i < value.Length; i++)
        {
            i += value[i] == '\\' ? 1 : 0;
            target[length++] = value[i];
        }

        return length;
    }

    private static string Unescape(ReadOnlySpan<char> value)
    {
        var escapes = 0;
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\')
            {
                escapes++;
                i++;
            }
        }

        return string.Create(value.Length - escapes, value, static (target, source) => Unescape(source, target));
    }
}

/// <summary>How the value of a tag is written.</summary>
internal enum RawForm
{
    None,
    Bare,
    Quoted,
    QuotedWithEscapes,
}
