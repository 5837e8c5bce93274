using System.Text.Json;

namespace Capns.Core.Caps.Reading;

/// <summary>Writes definitions: members in the order of CapNs spec 7.1, absent and empty ones left out.</summary>
internal static class DefinitionWriter
{
    public static void Write(Utf8JsonWriter writer, CapManifest manifest)
    {
        writer.WriteStartObject();
        writer.WriteString("name", manifest.Name);
        writer.WriteString("version", manifest.Version);
        writer.WriteString("description", manifest.Description);
        writer.WriteStartArray("caps");
        foreach (var cap in manifest.Caps)
        {
            Write(writer, cap);
        }

        writer.WriteEndArray();
        writer.WriteOptional("author", manifest.Author);
        writer.WriteOptional("page_url", manifest.PageUrl);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, Cap cap)
    {
        writer.WriteStartObject();
        writer.WriteString("urn", cap.Urn.ToString());
        writer.WriteString("title", cap.Title);
        writer.WriteString("command", cap.Command);
        writer.WriteOptional("cap_description", cap.Description);
        if (cap.Metadata.Count > 0)
        {
            writer.WriteStartObject("metadata");
            foreach (var entry in cap.Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            {
                writer.WriteString(entry.Key, entry.Value);
            }

            writer.WriteEndObject();
        }

        writer.WriteList("media_specs", cap.MediaSpecs, MediaSpecWriter.Write);
        writer.WriteList("args", cap.Args, Write);
        if (cap.Output is { } output)
        {
            writer.WritePropertyName("output");
            Write(writer, output);
        }

        writer.WriteOptional("metadata_json", cap.MetadataJson);
        if (cap.RegisteredBy is { } who)
        {
            writer.WriteStartObject("registered_by");
            writer.WriteString("username", who.Username);
            writer.WriteString("registered_at", who.RegisteredAt);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, CapArg arg)
    {
        writer.WriteStartObject();
        writer.WriteString("media_urn", arg.MediaUrn);
        writer.WriteBoolean("required", arg.Required);
        writer.WriteStartArray("sources");
        foreach (var source in arg.Sources)
        {
            Write(writer, source);
        }

        writer.WriteEndArray();
        writer.WriteOptional("arg_description", arg.Description);
        writer.WriteOptional("default_value", arg.DefaultValue);
        writer.WriteOptional("metadata", arg.Metadata);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ArgSource source)
    {
        writer.WriteStartObject();
        writer.WritePropertyName(source.Type);
        switch (source)
        {
            case ArgSource.Stdin stdin:
                writer.WriteStringValue(stdin.MediaUrn);
                break;
            case ArgSource.Position position:
                writer.WriteNumberValue(position.Index);
                break;
            case ArgSource.CliFlag flag:
                writer.WriteStringValue(flag.Flag);
                break;
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, CapOutput output)
    {
        writer.WriteStartObject();
        writer.WriteString("media_urn", output.MediaUrn);
        writer.WriteString("output_description", output.Description);
        writer.WriteOptional("metadata", output.Metadata);
        writer.WriteEndObject();
    }
}
