using System.Text.Json;
using System.Text.Json.Serialization;

namespace Capns.Contracts.Json;

/// <summary>How every payload of the platform is written and read as JSON (platform spec 3.5, 3.6, 3.13).</summary>
/// <remarks>
/// Member names are camelCase and matched exactly; enumerations travel as lower-case words with hyphens, numbers are
/// never accepted for them; times are ISO 8601 UTC text with milliseconds; absent members are left out. Values are
/// never guessed: a number in quotes is an error.
/// </remarks>
public static class WireJson
{
    /// <summary>
    /// Deepest nesting of a document of ours. Public bodies may have 64 levels; ours put what is in them a few levels deeper.
    /// </summary>
    public const int MaxDepth = 128;

    /// <summary>The shared, read-only options. Thread-safe.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DictionaryKeyPolicy = null,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            NumberHandling = JsonNumberHandling.Strict,
            MaxDepth = MaxDepth,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.Converters.Add(new SecurityLevelConverter());
        options.Converters.Add(new PriorityConverter());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false));
        options.Converters.Add(new UtcMillisecondsConverter());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
