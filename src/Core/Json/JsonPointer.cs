using System.Globalization;
using System.Text.Json;

namespace Capns.Core.Json;

/// <summary>Reads and extends JSON Pointers (RFC 6901); the empty text names the whole document.</summary>
public static class JsonPointer
{
    /// <summary>The pointer to a property of what <paramref name="path"/> names.</summary>
    public static string Append(string path, string name) => $"{path}/{Escape(name)}";

    /// <summary>The pointer to an element (0 and up) of the array that <paramref name="path"/> names.</summary>
    public static string Append(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}/{index}");

    /// <summary>Writes <c>~</c> and <c>/</c> as <c>~0</c> and <c>~1</c>.</summary>
    public static string Escape(string name) =>
        name.AsSpan().IndexOfAny('~', '/') < 0
            ? name
            : name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>Follows a pointer.</summary>
    /// <returns>False when the pointer is malformed or names nothing.</returns>
    public static bool TryResolve(JsonElement root, string path, out JsonElement found)
    {
        found = root;
        if (path.Length == 0)
        {
            return true;
        }

        if (path[0] != '/')
        {
            return false;
        }

        foreach (var part in path[1..].Split('/'))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (!TryStep(found, name, out found))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryStep(JsonElement value, string name, out JsonElement found)
    {
        found = default;
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return value.TryGetProperty(name, out found);
            case JsonValueKind.Array:
                if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                    || index >= value.GetArrayLength() || (name.Length > 1 && name[0] == '0'))
                {
                    return false;
                }

                found = value[index];
                return true;
            default:
                return false;
        }
    }
}
