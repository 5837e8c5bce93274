using System.Text.Json;
using System.Text.Json.Serialization;
using Capns.Core.Media;

namespace Capns.Core.Caps.Reading;

/// <summary>A definition for <see cref="JsonSerializer"/>.</summary>
/// <remarks>A mistake is a <see cref="JsonException"/> around a <see cref="CapDefinitionException"/>.</remarks>
internal abstract class DefinitionJsonConverter<T>(Func<DefinitionReading, JsonElement, T?> read, Action<Utf8JsonWriter, T> write)
    : JsonConverter<T>
    where T : class
{
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DefinitionText.TryRead(JsonElement.ParseValue(ref reader), read, out var value, out var error)
            ? value : throw new JsonException(error.ToString(), new CapDefinitionException(error));

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => write(writer, value);
}

/// <summary>A capability.</summary>
internal sealed class CapJsonConverter() : DefinitionJsonConverter<Cap>(CapReader.Read, DefinitionWriter.Write);

/// <summary>A standalone media spec.</summary>
internal sealed class MediaSpecDefJsonConverter() : DefinitionJsonConverter<MediaSpecDef>(MediaSpecReader.Read, MediaSpecWriter.Write);

/// <summary>A manifest, read strictly.</summary>
internal sealed class CapManifestJsonConverter()
    : DefinitionJsonConverter<CapManifest>(ManifestReader.ReadStrictly, DefinitionWriter.Write);
