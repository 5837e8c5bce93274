using System.Text.Json;
using Capns.Contracts;
using Capns.Registry.Worker.Streams.Live.Events;

namespace Capns.Registry.Worker.Streams.Live.Sessions;

/// <summary>Reads the <c>data</c> of a client's frame. Values are never guessed.</summary>
internal static class ClientData
{
    private const int MaxList = 100;
    private const int MaxText = 256;

    /// <summary>Text; null when absent.</summary>
    /// <exception cref="ClientFault">It is no text, or longer than <paramref name="most"/> characters.</exception>
    public static string? Text(JsonElement data, string name, int most = MaxText) => Member(data, name) is { } value ? AsText(value, $"/data/{name}", most) : null;

    /// <summary>True or false; false when absent.</summary>
    /// <exception cref="ClientFault">It is neither.</exception>
    public static bool Flag(JsonElement data, string name) => Member(data, name) is { } value
        && (value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw new ClientFault($"/data/{name} must be true or false."));

    /// <summary>A sequence; null when absent.</summary>
    /// <exception cref="ClientFault">It is no whole number from 1 on.</exception>
    public static int? Sequence(JsonElement data, string name)
    {
        if (Member(data, name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number is >= 0 and < int.MaxValue
            ? Math.Max(1, number)
            : throw new ClientFault($"/data/{name} must be a whole number from 0 to {int.MaxValue - 1}.");
    }

    /// <summary>Texts; empty when absent.</summary>
    /// <exception cref="ClientFault">It is no list of texts, or has more than 100.</exception>
    public static IReadOnlyList<string> Texts(JsonElement data, string name)
    {
        if (Member(data, name) is not { } value)
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= MaxList
            ? [.. value.EnumerateArray().Select((text, index) => AsText(text, $"/data/{name}/{index}", MaxText))]
            : throw new ClientFault($"/data/{name} must be a list of at most {MaxList} texts.");
    }

    /// <summary>Filters of platform spec 4.7.</summary>
    /// <exception cref="ClientFault">A list is none, or names what does not exist.</exception>
    public static EventFilter Filter(JsonElement data)
    {
        if (data.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined))
        {
            throw new ClientFault("Filters must be an object.");
        }

        return new EventFilter(Texts(data, "type"), [.. Texts(data, "security").Select(Level)], Texts(data, "participant"));
    }

    /// <summary>A member that is there and not null.</summary>
    public static JsonElement? Member(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string AsText(JsonElement value, string where, int most)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String && value.GetString() is { } text && text.Length <= most && !text.Contains('\0', StringComparison.Ordinal)
                ? text
                : throw new ClientFault($"{where} must be text of at most {most} characters, without U+0000.");
        }
        catch (InvalidOperationException)
        {
            throw new ClientFault($"{where} is no Unicode text.");
        }
    }

    // The words of platform spec 3.5, rule 5.
    private static SecurityLevel Level(string word) => word.ToLowerInvariant() switch
    {
        "safe" or "low" => SecurityLevel.Safe,
        "moderate" or "medium" => SecurityLevel.Moderate,
        "restricted" or "high" => SecurityLevel.Restricted,
        "dangerous" or "critical" => SecurityLevel.Dangerous,
        _ => throw new ClientFault($"/data/security: {word} is no level; it needs safe, moderate, restricted or dangerous."),
    };
}

/// <summary>A client's frame is wrong; the message is for the client.</summary>
internal sealed class ClientFault(string message) : Exception(message);
