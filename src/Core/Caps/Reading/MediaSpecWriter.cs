using System.Text.Json;
using Capns.Core.Media;

namespace Capns.Core.Caps.Reading;

/// <summary>Writes media specs: members in the order of CapNs spec 7.1, absent and empty ones left out.</summary>
internal static class MediaSpecWriter
{
    public static void Write(Utf8JsonWriter writer, MediaSpecDef spec)
    {
        writer.WriteStartObject();
        writer.WriteString("urn", spec.Urn);
        writer.WriteString("media_type", spec.MediaType);
        writer.WriteString("title", spec.Title);
        writer.WriteOptional("profile_uri", spec.ProfileUri);
        writer.WriteOptional("schema", spec.Schema);
        writer.WriteOptional("description", spec.Description);
        if (spec.Validation is { } validation)
        {
            writer.WritePropertyName("validation");
            Write(writer, validation);
        }

        writer.WriteOptional("metadata", spec.Metadata);
        writer.WriteList("extensions", spec.Extensions, (target, extension) => target.WriteStringValue(extension));
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, MediaValidation rules)
    {
        writer.WriteStartObject();
        writer.WriteOptional("min", rules.Min);
        writer.WriteOptional("max", rules.Max);
        writer.WriteOptional("min_length", rules.MinLength);
        writer.WriteOptional("max_length", rules.MaxLength);
        writer.WriteOptional("pattern", rules.Pattern);
        if (rules.AllowedValues is { } allowed)
        {
            writer.WriteStartArray("allowed_values");
            foreach (var value in allowed)
            {
                writer.WriteStringValue(value);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
