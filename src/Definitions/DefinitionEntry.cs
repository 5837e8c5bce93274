namespace Capns.Definitions;

/// <summary>A definition and how fresh it is.</summary>
/// <param name="Definition">What was asked for.</param>
/// <param name="CachedAt">When the registry gave it, or when what came with the program was taken in; whole seconds.</param>
/// <param name="IsStale">
/// True when it is older than its time to live and the registry could not be asked, or was in trouble itself (HTTP 408, 429, 5xx).
/// </param>
/// <typeparam name="T">A capability or a media type.</typeparam>
public sealed record DefinitionEntry<T>(T Definition, DateTimeOffset CachedAt, bool IsStale)
    where T : class;
