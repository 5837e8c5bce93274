using System.Collections.Concurrent;
using System.Text.Json;
using Capns.Core.Validation;

namespace Capns.Registry.Worker.Executions.Endings;

/// <summary>Compiled return types, by their text: compiling costs more than checking. Thread-safe.</summary>
internal static class ResultSchemas
{
    /// <summary>Above this it starts anew; far more than the tools in use at one time.</summary>
    private const int MaxEntries = 2000;

    private static readonly ConcurrentDictionary<string, JsonSchema?> Compiled = new(StringComparer.Ordinal);

    /// <summary>The schema, or null when its text is none.</summary>
    public static JsonSchema? Get(JsonElement schema)
    {
        if (Compiled.Count >= MaxEntries)
        {
            Compiled.Clear();
        }

        return Compiled.GetOrAdd(
            schema.GetRawText(),
            static (_, element) => JsonSchema.TryCompile(element, out var compiled, out var _) ? compiled : null,
            schema);
    }
}
