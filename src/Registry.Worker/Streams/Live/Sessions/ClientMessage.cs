using System.Text.Json;

namespace Capns.Registry.Worker.Streams.Live.Sessions;

/// <summary>A client's frame: <c>{type, id?, room?, data?}</c> (platform spec 4.7).</summary>
/// <param name="Type">What it wants.</param>
/// <param name="Id">Comes back with the answer.</param>
/// <param name="Room">Absent: none, or named in <paramref name="Data"/>.</param>
/// <param name="Data">An object; of kind <see cref="JsonValueKind.Undefined"/> when absent.</param>
internal sealed record ClientMessage(string Type, string? Id, string? Room, JsonElement Data)
{
    private const int MaxText = 128;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16 };

    /// <summary>Reads a frame.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="message">Also set, with the id, when only another member is wrong.</param>
    /// <returns>What is wrong; null: nothing.</returns>
    public static string? Read(ReadOnlyMemory<byte> text, out ClientMessage? message)
    {
        message = null;
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return Read(document.RootElement.Clone(), out message);
        }
        catch (JsonException)
        {
            return "The frame must be one JSON object, at most 16 levels deep.";
        }
    }

    private static string? Read(JsonElement root, out ClientMessage? message)
    {
        message = null;
        if (root.ValueKind != JsonValueKind.Object)
        {
            return $"The frame must be a JSON object, not {root.ValueKind.ToString().ToLowerInvariant()}.";
        }

        if (TextOf(root, "id", out var id) is { } wrongId)
        {
            return wrongId;
        }

        message = new ClientMessage("", id, null, default);
        if (TextOf(root, "type", out var type) is { } wrongType)
        {
            return wrongType;
        }

        if (TextOf(root, "room", out var room) is { } wrongRoom)
        {
            return wrongRoom;
        }

        var data = root.TryGetProperty("data", out var found) ? found : default;
        if (data.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Object))
        {
            return "/data must be an object.";
        }

        message = new ClientMessage(type ?? "", id, room, data);
        return type is null ? "/type is missing." : null;
    }

    private static string? TextOf(JsonElement root, string name, out string? text)
    {
        text = null;
        if (!root.TryGetProperty(name, out var value))
        {
            return null;
        }

        // A lone half of a surrogate pair is legal JSON and no text.
        try
        {
            text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return $"/{name} is no Unicode text.";
        }

        return text is { Length: <= MaxText + 16 } ? null : $"/{name} must be text of at most {MaxText + 16} characters.";
    }
}
