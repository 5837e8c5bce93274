using System.Text.Json;
using Capns.Core.Json;
using Capns.Hosting.Secrets;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>Finds parameters that repeat a secret one: what is sealed in one place must not lie open beside it (platform spec 5.13, rule 4). Pure.</summary>
internal static class SecretCopies
{
    /// <summary>Shorter values turn up by chance, in characters: hiding what merely holds them would keep approvers from seeing what they approve.</summary>
    public const int Shortest = 6;

    /// <summary>JSON Pointers of texts and numbers that hold a secret value, outside the secret ones.</summary>
    /// <param name="parameters">Completed.</param>
    /// <param name="secrets">JSON Pointers of what is marked.</param>
    public static IReadOnlyList<string> Find(JsonElement parameters, IReadOnlyList<string> secrets)
    {
        var values = new List<JsonElement>();
        foreach (var path in secrets)
        {
            if (JsonPointer.TryResolve(parameters, path, out var value))
            {
                Leaves(value, path, [], (_, leaf) => values.Add(leaf));
            }
        }

        var redactor = Redactor.For(values.Where(value => TextOf(value).Length >= Shortest));
        var found = new List<string>();
        if (redactor.KnowsValues)
        {
            Leaves(parameters, string.Empty, secrets.ToHashSet(StringComparer.Ordinal), (path, leaf) =>
            {
                if (TextOf(leaf) is var text && redactor.RedactValues(text) != text)
                {
                    found.Add(path);
                }
            });
        }

        return found;
    }

    private static void Leaves(JsonElement value, string path, HashSet<string> leftOut, Action<string, JsonElement> each)
    {
        if (leftOut.Contains(path))
        {
            return;
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in value.EnumerateObject())
            {
                Leaves(property.Value, JsonPointer.Append(path, property.Name), leftOut, each);
            }
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                Leaves(item, JsonPointer.Append(path, index++), leftOut, each);
            }
        }
        else if (value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
        {
            each(path, value);
        }
    }

    private static string TextOf(JsonElement leaf) => leaf.ValueKind == JsonValueKind.String ? leaf.GetString()! : leaf.GetRawText();
}
