using System.Text.Json;

namespace Capns.Core.Json;

/// <summary>Equality of JSON values as JSON Schema sees it: numbers by value, objects without order.</summary>
/// <remarks>Recursive: only for values that passed <see cref="JsonTextGuard"/>. Of repeated property names the last counts.</remarks>
public sealed class JsonEquality : IEqualityComparer<JsonElement>
{
    /// <summary>The only one needed; it has no state.</summary>
    public static JsonEquality Instance { get; } = new();

    /// <inheritdoc />
    public bool Equals(JsonElement x, JsonElement y)
    {
        if (x.ValueKind != y.ValueKind)
        {
            return false;
        }

        return x.ValueKind switch
        {
            JsonValueKind.Number => ExactNumber.Parse(x.GetRawText()) == ExactNumber.Parse(y.GetRawText()),
            JsonValueKind.String => x.ValueEquals(y.GetString()),
            JsonValueKind.Array => ArraysEqual(x, y),
            JsonValueKind.Object => ObjectsEqual(x, y),
            _ => true,
        };
    }

    /// <inheritdoc />
    public int GetHashCode(JsonElement obj) => obj.ValueKind switch
    {
        JsonValueKind.Number => ExactNumber.Parse(obj.GetRawText()).GetHashCode(),
        JsonValueKind.String => obj.GetString()!.GetHashCode(StringComparison.Ordinal),
        JsonValueKind.Array => ArrayHash(obj),
        JsonValueKind.Object => Members(obj).Aggregate(17, (sum, member) =>
            unchecked(sum + HashCode.Combine(member.Key, GetHashCode(member.Value)))),
        var kind => (int)kind,
    };

    private bool ArraysEqual(JsonElement x, JsonElement y)
    {
        if (x.GetArrayLength() != y.GetArrayLength())
        {
            return false;
        }

        using var others = y.EnumerateArray();
        foreach (var item in x.EnumerateArray())
        {
            if (!others.MoveNext() || !Equals(item, others.Current))
            {
                return false;
            }
        }

        return true;
    }

    private bool ObjectsEqual(JsonElement x, JsonElement y)
    {
        var left = Members(x);
        var right = Members(y);
        return left.Count == right.Count
            && left.All(member => right.TryGetValue(member.Key, out var other) && Equals(member.Value, other));
    }

    private int ArrayHash(JsonElement array)
    {
        var hash = new HashCode();
        foreach (var item in array.EnumerateArray())
        {
            hash.Add(GetHashCode(item));
        }

        return hash.ToHashCode();
    }

    private static Dictionary<string, JsonElement> Members(JsonElement value)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            members[property.Name] = property.Value;
        }

        return members;
    }
}
