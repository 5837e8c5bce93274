using System.Text.Json;
using System.Text.Json.Serialization;

namespace Capns.Contracts.Json;

/// <summary>Reads a word, or one of its documented aliases, without regard to case; writes the canonical lower-case word.</summary>
internal abstract class AliasedEnumConverter<T>(IReadOnlyDictionary<string, T> words, string expectation) : JsonConverter<T>
    where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        return reader.TokenType == JsonTokenType.String && words.TryGetValue(reader.GetString()!, out var value)
            ? value
            : throw new JsonException($"must be one of {expectation}");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()));
}

/// <summary>Levels and their aliases (platform spec 3.5, rule 5).</summary>
internal sealed class SecurityLevelConverter() : AliasedEnumConverter<SecurityLevel>(
    new Dictionary<string, SecurityLevel>(StringComparer.OrdinalIgnoreCase)
    {
        ["safe"] = SecurityLevel.Safe,
        ["moderate"] = SecurityLevel.Moderate,
        ["restricted"] = SecurityLevel.Restricted,
        ["dangerous"] = SecurityLevel.Dangerous,
        ["low"] = SecurityLevel.Safe,
        ["medium"] = SecurityLevel.Moderate,
        ["high"] = SecurityLevel.Restricted,
        ["critical"] = SecurityLevel.Dangerous,
    },
    "safe, moderate, restricted, dangerous");

/// <summary>Priorities and their aliases (platform spec 3.14).</summary>
internal sealed class PriorityConverter() : AliasedEnumConverter<Priority>(
    new Dictionary<string, Priority>(StringComparer.OrdinalIgnoreCase)
    {
        ["low"] = Priority.Low,
        ["normal"] = Priority.Normal,
        ["high"] = Priority.High,
        ["medium"] = Priority.Normal,
        ["urgent"] = Priority.High,
        ["critical"] = Priority.High,
    },
    "low, normal, high");
