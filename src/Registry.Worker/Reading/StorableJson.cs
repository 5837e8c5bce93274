using System.Runtime.InteropServices;
using System.Text.Json;
using Capns.Core.Json;

namespace Capns.Registry.Worker.Reading;

/// <summary>Finds what is JSON but cannot be kept: PostgreSQL's jsonb refuses U+0000, canonical JSON refuses repeated members and numbers beyond a double.</summary>
internal static class StorableJson
{
    /// <summary>Deepest nesting; the base library's own limit when it reads.</summary>
    public const int MaxDepth = 64;

    /// <summary>Longest number, in characters; the longest that a double needs has 25.</summary>
    public const int MaxNumberLength = 128;

    /// <summary>The first such value, or null. Never throws.</summary>
    public static FieldError? Check(JsonElement value) => CheckReadable(value) ?? CheckValues(value);

    /// <summary>What makes even looking at the members unsafe: broken text, depth.</summary>
    public static FieldError? CheckReadable(JsonElement value) =>
        JsonTextGuard.FindProblem(value, MaxDepth) is { } problem ? new FieldError("", "text", $"The document {problem}.") : null;

    /// <summary>The first value that cannot be kept, in a document that is readable.</summary>
    public static FieldError? CheckValues(JsonElement value) => Walk(value, "");

    private static FieldError? Walk(JsonElement value, string path) => value.ValueKind switch
    {
        JsonValueKind.Object => WalkObject(value, path),
        JsonValueKind.Array => WalkArray(value, path),
        JsonValueKind.String => CheckText(value, path),
        JsonValueKind.Number => CheckNumber(value, path),
        _ => null,
    };

    private static FieldError? WalkObject(JsonElement value, string path)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            var name = member.Name;
            if (name.Contains('\0', StringComparison.Ordinal))
            {
                return new FieldError(path, "text", $"{Where(path)} has a member whose name holds the character U+0000, which cannot be stored.");
            }

            if (!names.Add(name))
            {
                return new FieldError(path, "uniqueNames", $"{Where(path)} has the member {Preview.Of(name)} twice.");
            }

            if (Walk(member.Value, $"{path}/{Preview.Step(Preview.Cut(name, 128))}") is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static FieldError? WalkArray(JsonElement value, string path)
    {
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (Walk(item, $"{path}/{index++}") is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static FieldError? CheckText(JsonElement value, string path)
    {
        // Only an escape can say it: raw control characters are no JSON.
        return JsonMarshal.GetRawUtf8Value(value).Contains((byte)'\\') && value.GetString()!.Contains('\0', StringComparison.Ordinal)
            ? new FieldError(path, "text", $"{Where(path)} holds the character U+0000, which cannot be stored.")
            : null;
    }

    private static FieldError? CheckNumber(JsonElement value, string path)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        if (raw.Length > MaxNumberLength)
        {
            return new FieldError(path, "number", $"{Where(path)} is a number of {raw.Length} characters; the limit is {MaxNumberLength}.");
        }

        var number = value.GetDouble();
        return !double.IsFinite(number) || (number == 0 && HasDigit(raw))
            ? new FieldError(path, "number", $"{Where(path)} is the number {Preview.Cut(value.GetRawText())}, which is outside the range of a 64-bit floating-point number.")
            : null;
    }

    /// <summary>True when the mantissa holds a digit other than 0, so that a value of zero means underflow.</summary>
    private static bool HasDigit(ReadOnlySpan<byte> raw)
    {
        var exponent = raw.IndexOfAny((byte)'e', (byte)'E');
        return (exponent < 0 ? raw : raw[..exponent]).IndexOfAnyInRange((byte)'1', (byte)'9') >= 0;
    }

    private static string Where(string path) => path.Length == 0 ? "The document" : path.TrimStart('/');
}
