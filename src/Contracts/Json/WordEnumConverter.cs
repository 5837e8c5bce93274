using System.Text.Json;
using System.Text.Json.Serialization;

namespace Capns.Contracts.Json;

/// <summary>
/// Enumerations as lower-case words with hyphens, never as numbers. Stands on each type, so that publishers with MassTransit's own JSON
/// settings write the same words.
/// </summary>
internal sealed class WordEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
