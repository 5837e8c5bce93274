using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Capns.Contracts.Json;

namespace Capns.Registry.Worker.Reading;

/// <summary>Reads the members of one JSON object and notes all that is wrong with them, each with its JSON Pointer.</summary>
/// <remarks>
/// A member that is absent or null is absent; a member of a wrong type is an error, never guessed (platform spec 3.5,
/// rule 4). Every reader returns null for what it has noted. The object must have passed <see cref="StorableJson.CheckReadable"/>.
/// </remarks>
internal sealed class JsonFields(JsonElement element, string path, ICollection<FieldError> errors)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>JSON Pointer of the object.</summary>
    public string Path { get; } = path;

    /// <summary>Where errors are noted.</summary>
    public ICollection<FieldError> Errors { get; } = errors;

    /// <summary>The member's value; null when absent or JSON null.</summary>
    public JsonElement? Any(string name)
    {
        _known.Add(name);
        return element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    /// <summary>Text of <paramref name="min"/> to <paramref name="max"/> Unicode characters.</summary>
    public string? Text(string name, int max, int min = 1)
    {
        if (Any(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return FailText(name, "type", $"must be text; it is {Preview.Of(value)}");
        }

        var text = value.GetString()!;
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            return FailText(name, "text", "holds the character U+0000, which cannot be stored");
        }

        var length = Preview.Characters(text);
        if (length < min)
        {
            return FailText(name, "minLength", $"must have at least {min} character{(min == 1 ? "" : "s")}; it has {length}");
        }

        return length > max ? FailText(name, "maxLength", $"must have at most {max} characters; it has {length}") : text;
    }

    /// <summary>A whole number within both bounds, which are included.</summary>
    public int? Integer(string name, int min, int max = int.MaxValue, string unit = "")
    {
        if (Any(name) is not { } value)
        {
            return null;
        }

        var bounds = max == int.MaxValue ? $"{min} or more" : $"{min} to {max}";
        var kind = unit.Length == 0 ? "a whole number" : $"a whole number of {unit}";
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out var number) || number != decimal.Truncate(number))
        {
            return Fail<int>(name, "type", $"must be {kind}, {bounds}; it is {Preview.Of(value)}");
        }

        return number < min ? Fail<int>(name, "minimum", $"must be {kind}, {bounds}; it is {Preview.Of(value)}")
            : number > max ? Fail<int>(name, "maximum", $"must be {kind}, {bounds}{(max == int.MaxValue ? $" and at most {max}" : "")}; it is {Preview.Of(value)}")
            : (int)number;
    }

    /// <summary>A number within both bounds, which are included.</summary>
    public decimal? Number(string name, decimal min, decimal max)
    {
        if (Any(name) is not { } value)
        {
            return null;
        }

        var bounds = string.Create(CultureInfo.InvariantCulture, $"must be a number from {min} to {max}; it is {Preview.Of(value)}");
        if (value.ValueKind != JsonValueKind.Number)
        {
            return Fail<decimal>(name, "type", bounds);
        }

        // What no decimal can hold is beyond any bound used here.
        if (!value.TryGetDecimal(out var number))
        {
            return Fail<decimal>(name, value.GetDouble() < 0 ? "minimum" : "maximum", bounds);
        }

        return number < min ? Fail<decimal>(name, "minimum", bounds) : number > max ? Fail<decimal>(name, "maximum", bounds) : number;
    }

    /// <summary>True or false.</summary>
    public bool? Flag(string name)
    {
        return Any(name) is not { } value ? null
            : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
            : Fail<bool>(name, "type", $"must be true or false; it is {Preview.Of(value)}");
    }

    /// <summary>One of the words, exactly.</summary>
    public string? Word(string name, params ReadOnlySpan<string> words)
    {
        if (Any(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String && words.Contains(value.GetString()!)
            ? value.GetString()
            : FailText(name, "enum", $"must be one of {string.Join(", ", words.ToArray())}; it is {Preview.Of(value)}");
    }

    /// <summary>A word of a wire enumeration, with its documented aliases.</summary>
    public T? Enumeration<T>(string name, string words)
        where T : struct, Enum
    {
        if (Any(name) is not { } value)
        {
            return null;
        }

        try
        {
            var read = value.Deserialize<T>(WireJson.Options);
            if (Convert.ToInt32(read, CultureInfo.InvariantCulture) != 0)
            {
                return read;
            }
        }
        catch (JsonException)
        {
            // Noted below.
        }

        return Fail<T>(name, "enum", $"must be one of {words}; it is {Preview.Of(value)}");
    }

    /// <summary>A uuid in its usual form.</summary>
    public Guid? Uuid(string name)
    {
        return Any(name) is not { } value ? null
            : value.ValueKind == JsonValueKind.String && value.TryGetGuid(out var uuid) ? uuid
            : Fail<Guid>(name, "format", $"must be a uuid; it is {Preview.Of(value)}");
    }

    /// <summary>An ISO 8601 time.</summary>
    public DateTimeOffset? Time(string name)
    {
        return Any(name) is not { } value ? null
            : value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time) ? time.ToUniversalTime()
            : Fail<DateTimeOffset>(name, "format", $"must be an ISO 8601 time, e.g. 2026-03-02T09:15:00.310Z; it is {Preview.Of(value)}");
    }

    /// <summary>An object of at most <paramref name="maxBytes"/> of UTF-8, as it was sent.</summary>
    public JsonElement? Object(string name, int maxBytes = int.MaxValue)
    {
        if (Any(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return Fail<JsonElement>(name, "type", $"must be an object; it is {Preview.Of(value)}");
        }

        var bytes = JsonMarshal.GetRawUtf8Value(value).Length;
        return bytes > maxBytes
            ? Fail<JsonElement>(name, "maxBytes", $"must have at most {maxBytes} bytes; it has {bytes}")
            : value;
    }

    /// <summary>The members of an object; null when it is absent.</summary>
    public JsonFields? Fields(string name, int maxBytes = int.MaxValue) =>
        Object(name, maxBytes) is { } value ? new JsonFields(value, PathOf(name), Errors) : null;

    /// <summary>An array of at most <paramref name="max"/> elements.</summary>
    public IReadOnlyList<JsonElement>? Items(string name, int max)
    {
        if (Any(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            Note(name, "type", $"must be an array; it is {Preview.Of(value)}");
            return null;
        }

        if (value.GetArrayLength() <= max)
        {
            return [.. value.EnumerateArray()];
        }

        Note(name, "maxItems", $"must have at most {max} elements; it has {value.GetArrayLength()}");
        return null;
    }

    /// <summary>An array of at most <paramref name="max"/> texts of 1 to <paramref name="maxLength"/> characters each.</summary>
    public IReadOnlyList<string>? Texts(string name, int max, int maxLength)
    {
        if (Items(name, max) is not { } items)
        {
            return null;
        }

        var texts = new List<string>(items.Count);
        for (var index = 0; index < items.Count; index++)
        {
            if (items[index].ValueKind == JsonValueKind.String && Preview.Characters(items[index].GetString()!) is var length && length >= 1 && length <= maxLength)
            {
                texts.Add(items[index].GetString()!);
            }
            else
            {
                Note($"{name}/{index}", "type", $"must be text of 1 to {maxLength} characters; it is {Preview.Of(items[index])}");
            }
        }

        return texts;
    }

    /// <summary>Notes that the member must be given, unless something else was wrong with it.</summary>
    public void Require(string name, string what)
    {
        if (Any(name) is null)
        {
            Note(name, "required", $"is required: {what}");
        }
    }

    /// <summary>Notes every member that nobody asked for.</summary>
    public void RefuseUnknown()
    {
        foreach (var member in element.EnumerateObject())
        {
            if (!_known.Contains(member.Name))
            {
                Note(Preview.Step(Preview.Cut(member.Name)), "additionalProperties", $"is not a known field; known are {string.Join(", ", _known.Order(StringComparer.Ordinal))}");
            }
        }
    }

    /// <summary>Notes an error at a member.</summary>
    /// <param name="name">Member, or a pointer below this object without its leading slash.</param>
    /// <param name="keyword">For programs.</param>
    /// <param name="rest">What follows the field's name in the sentence, without a full stop.</param>
    public void Note(string name, string keyword, string rest)
    {
        var pointer = PathOf(name);
        Errors.Add(new FieldError(pointer, keyword, $"{pointer.TrimStart('/')} {rest}."));
    }

    private string PathOf(string name) => $"{Path}/{name}";

    private T? Fail<T>(string name, string keyword, string rest)
        where T : struct
    {
        Note(name, keyword, rest);
        return null;
    }

    private string? FailText(string name, string keyword, string rest)
    {
        Note(name, keyword, rest);
        return null;
    }
}
