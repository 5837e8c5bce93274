using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Capns.Core.Media;

namespace Capns.Core.Urns;

/// <summary>A URN in JSON: a string. Written in canonical form; any form is read.</summary>
public abstract class UrnJsonConverter<T> : JsonConverter<T>
    where T : class
{
    private protected UrnJsonConverter()
    {
    }

    /// <inheritdoc />
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType != JsonTokenType.String ? throw new JsonException($"A URN must be a string; it is {reader.TokenType}.")
        : TryParse(reader.GetString()!, out var urn, out var error) ? urn
        : throw new JsonException(error.Message, new UrnException(error));

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());

    /// <inheritdoc />
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TryParse(reader.GetString()!, out var urn, out var error) ? urn : throw new JsonException(error.Message, new UrnException(error));

    /// <inheritdoc />
    public override void WriteAsPropertyName(Utf8JsonWriter writer, [DisallowNull] T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString()!);

    private protected abstract bool TryParse(string text, [NotNullWhen(true)] out T? urn, [NotNullWhen(false)] out UrnError? error);
}

/// <summary>A tagged URN in JSON.</summary>
public sealed class TaggedUrnJsonConverter : UrnJsonConverter<TaggedUrn>
{
    private protected override bool TryParse(string text, [NotNullWhen(true)] out TaggedUrn? urn, [NotNullWhen(false)] out UrnError? error) =>
        TaggedUrn.TryParse(text, out urn, out error);
}

/// <summary>A media URN in JSON.</summary>
public sealed class MediaUrnJsonConverter : UrnJsonConverter<MediaUrn>
{
    private protected override bool TryParse(string text, [NotNullWhen(true)] out MediaUrn? urn, [NotNullWhen(false)] out UrnError? error) =>
        MediaUrn.TryParse(text, out urn, out error);
}

/// <summary>A capability URN in JSON.</summary>
public sealed class CapUrnJsonConverter : UrnJsonConverter<CapUrn>
{
    private protected override bool TryParse(string text, [NotNullWhen(true)] out CapUrn? urn, [NotNullWhen(false)] out UrnError? error) =>
        CapUrn.TryParse(text, out urn, out error);
}
