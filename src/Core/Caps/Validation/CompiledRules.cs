using System.Text.Json;
using Capns.Core.Json;
using Capns.Core.Validation;

namespace Capns.Core.Caps.Validation;

/// <summary>Schemas and patterns, each compiled once. Thread-safe.</summary>
internal sealed class CompiledRules
{
    /// <summary>Most schemas, and most patterns, kept.</summary>
    private const int Capacity = 1024;

    private readonly BoundedCache<(JsonSchema? Schema, string? Problem)> _schemas = new(Capacity, Compile);
    private readonly BoundedCache<(RulePattern? Pattern, string? Problem)> _patterns = new(Capacity, Read);

    /// <summary>How many schemas are kept.</summary>
    public int SchemaCount => _schemas.Count;

    /// <summary>A schema, compiled; drafts 6, 7 and 2019-09 are understood, too.</summary>
    /// <param name="schema">Any value.</param>
    /// <param name="owner">Whose it is, for the message.</param>
    /// <exception cref="FormatException">It is none; the message is complete.</exception>
    public JsonSchema Schema(JsonElement schema, string owner) =>
        Find(schema, out var problem) ?? throw new FormatException($"Schema compilation failed: {owner}: {problem}");

    /// <summary>The same, with what is wrong when the answer is null.</summary>
    public JsonSchema? Find(JsonElement schema, out string? problem)
    {
        // First of all, because a schema that cannot be walked has no text to know it by.
        problem = JsonTextGuard.FindProblem(schema, JsonSchema.MaxDepth);
        (var compiled, problem) = problem is null ? _schemas.Get(schema.GetRawText()) : (null, problem);
        return compiled;
    }

    /// <summary>A pattern, read.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public RulePattern Pattern(string pattern)
    {
        // First of all, so that what is too long is not kept as a key.
        var (read, problem) = PatternEngine.FindProblem(pattern) is { } tooLong ? (null, tooLong) : _patterns.Get(pattern);
        return read ?? throw new FormatException($"Invalid pattern '{Urns.UrnCharacters.Shorten(pattern)}': {problem}");
    }

    /// <summary>What does not fit, one sentence each.</summary>
    public static IReadOnlyList<string> Describe(IReadOnlyList<ValidationError> errors) =>
        [.. errors.Select(error => error.Path.Length == 0 ? error.Message : $"{error.Path}: {error.Message}")];

    private static (JsonSchema? Schema, string? Problem) Compile(string text)
    {
        JsonElement schema;
        try
        {
            // Readers differ on which of two members of one name counts.
            schema = JsonElement.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException exception)
        {
            return (null, exception.Message);
        }

        if (JsonSchema.TryCompile(OlderSchemaDialect.Upgrade(schema), out var compiled, out var error))
        {
            return (compiled, null);
        }

        // Many schemas do not say which draft they are of.
        var isSilent = schema.ValueKind == JsonValueKind.Object && !schema.TryGetProperty("$schema", out _);
        return isSilent && JsonSchema.TryCompile(OlderSchemaDialect.FromDraft7(schema), out compiled, out _)
            ? (compiled, null)
            : (null, error.Path.Length == 0 ? error.Message : $"{error.Path}: {error.Message}");
    }

    private static (RulePattern? Pattern, string? Problem) Read(string text) =>
        RulePattern.TryCreate(text, out var pattern, out var problem) ? (pattern, null) : (null, problem);
}
