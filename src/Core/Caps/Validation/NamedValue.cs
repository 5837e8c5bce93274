using System.Text.Json;

namespace Capns.Core.Caps.Validation;

/// <summary>An argument given by name.</summary>
/// <param name="Name">The media URN of the argument, as the definition writes it.</param>
/// <param name="Value">Any JSON.</param>
public readonly record struct NamedValue(string Name, JsonElement Value)
{
    /// <summary>Reads <c>[{"name": …, "value": …}, …]</c>; other members are passed over (CapNs spec 10.2).</summary>
    /// <param name="list">The list.</param>
    /// <param name="values">The values in the order of the list, when the answer is true.</param>
    /// <param name="problem">What is wrong and where, when the answer is false.</param>
    public static bool TryReadList(JsonElement list, out IReadOnlyList<NamedValue> values, out string problem)
    {
        var read = new List<NamedValue>();
        values = read;
        problem = Json.JsonTextGuard.FindProblem(list) is { } broken ? $"the list of named arguments {broken}"
            : list.ValueKind != JsonValueKind.Array ? "named arguments must be an array of {\"name\", \"value\"}"
            : string.Empty;
        if (problem.Length > 0)
        {
            return false;
        }

        foreach (var entry in list.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object
                || !entry.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String
                || !entry.TryGetProperty("value", out var value))
            {
                problem = $"named argument {read.Count} must be an object with a string \"name\" and a \"value\"";
                return false;
            }

            read.Add(new NamedValue(name.GetString()!, value));
        }

        return true;
    }
}
