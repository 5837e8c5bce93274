using System.Text.Json;
using Capns.Core.Json;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Tools.Compatibility;

/// <summary>Finds what a new schema refuses that the old one took (platform spec 5.10).</summary>
/// <remarks>
/// Never misses a break of what it understands: each assertion of the new schema must follow from one of the old. A keyword that it
/// cannot compare counts as a break when it has changed. Judged as parameters are checked: defaults are filled in first, so a required
/// field with a default breaks nobody; a property that the old schema did not name was refused, unless it had
/// <c>additionalProperties</c>. Annotations and <c>format</c>, which is not checked, never count. Pure.
/// </remarks>
internal sealed class BreakingChanges
{
    private const int MaxDepth = 64;
    private const int MaxReported = 50;

    private static readonly HashSet<string> Annotations = new(StringComparer.Ordinal)
    {
        "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "format", "contentEncoding", "contentMediaType",
        "contentSchema", "x-secret", "$comment", "$schema", "$id", "$defs", "definitions", "$anchor", "$vocabulary",
    };

    private static readonly HashSet<string> Compared = new(StringComparer.Ordinal)
    {
        "type", "enum", "const", "properties", "required", "additionalProperties", "items", "anyOf", "allOf", "$ref",
    };

    private readonly List<FieldError> _found = [];
    private readonly HashSet<(string, string)> _open = [];
    private readonly JsonElement _oldRoot;
    private readonly JsonElement _newRoot;
    private readonly Lazy<bool> _sameRoots;

    private BreakingChanges(JsonElement oldRoot, JsonElement newRoot)
    {
        _oldRoot = oldRoot;
        _newRoot = newRoot;
        _sameRoots = new Lazy<bool>(() => JsonEquality.Instance.Equals(oldRoot, newRoot));
    }

    /// <summary>Compares two schemas of objects.</summary>
    /// <param name="before">Compiles.</param>
    /// <param name="after">Compiles.</param>
    /// <param name="path">JSON Pointer of the new schema in its document.</param>
    /// <returns>At most 50; empty when nobody breaks.</returns>
    public static IReadOnlyList<FieldError> Find(JsonElement before, JsonElement after, string path)
    {
        var comparison = new BreakingChanges(before, after);
        comparison.Compare(before, after, path, 0);
        return comparison._found;
    }

    private void Compare(JsonElement before, JsonElement after, string path, int depth)
    {
        if (_found.Count >= MaxReported || before.ValueKind == JsonValueKind.False || after.ValueKind == JsonValueKind.True || (Same(before, after) && !HasRef(after)))
        {
            return;
        }

        if (depth > MaxDepth)
        {
            Note(path, "$ref", "is nested too deep to be compared");
            return;
        }

        if (after.ValueKind == JsonValueKind.False)
        {
            Note(path, "not", "takes nothing any more");
            return;
        }

        if (HasRef(before) || HasRef(after))
        {
            CompareReferences(before, after, path, depth);
            return;
        }

        var old = new SchemaFacts(before);
        CompareKeywords(old, new SchemaFacts(after), path, depth);
    }

    private void CompareKeywords(SchemaFacts old, SchemaFacts now, string path, int depth)
    {
        foreach (var problem in SchemaNarrowing.OfValues(old, now).Concat(SchemaNarrowing.OfBounds(old, now)))
        {
            Note(path, problem.Keyword, problem.Message);
        }

        if (old.Types.HasFlag(JsonTypes.Object))
        {
            CompareProperties(old, now, path, depth);
        }

        if (old.Types.HasFlag(JsonTypes.Array) && now.Get("items") is { } items)
        {
            Compare(old.Get("items") ?? SchemaFacts.Everything, items, $"{path}/items", depth + 1);
        }

        // More alternatives, or fewer conditions, take what was taken before.
        CompareLists(old.Get("anyOf"), now.Get("anyOf"), oldInNew: true, path, "anyOf");
        CompareLists(old.Get("allOf"), now.Get("allOf"), oldInNew: false, path, "allOf");
        foreach (var keyword in now.Keywords.Where(keyword => !Annotations.Contains(keyword) && !Compared.Contains(keyword) && !SchemaNarrowing.Bounds.Contains(keyword)))
        {
            if (old.Get(keyword) is not { } known || !Same(known, now.Get(keyword)!.Value))
            {
                Note(path, keyword, $"has another {keyword}, which may refuse what was taken");
            }
        }

        // These say less when another keyword beside them goes away.
        foreach (var keyword in old.Keywords.Where(keyword => keyword is "patternProperties" or "prefixItems" or "minContains" && now.Get(keyword) is null))
        {
            Note(path, keyword, $"has no {keyword} any more");
        }
    }

    private void CompareProperties(SchemaFacts old, SchemaFacts now, string path, int depth)
    {
        foreach (var name in now.NeededProperties().Except(old.NeededProperties(), StringComparer.Ordinal))
        {
            Note($"{path}/required", "required", $"has the new required field {Preview.Of(name)}");
        }

        var oldOthers = old.Get("additionalProperties");
        foreach (var (name, known) in old.Properties())
        {
            if (now.Property(name) is { } property)
            {
                Compare(known, property, $"{path}/properties/{Preview.Step(name)}", depth + 1);
            }
            else if (known.ValueKind != JsonValueKind.False)
            {
                Note($"{path}/properties", "additionalProperties", $"has the field {Preview.Of(name)} no more");
            }
        }

        if (oldOthers is null or { ValueKind: JsonValueKind.False })
        {
            return;
        }

        foreach (var (name, property) in now.Properties().Where(property => old.Property(property.Name) is null))
        {
            Compare(oldOthers.Value, property, $"{path}/properties/{Preview.Step(name)}", depth + 1);
        }

        Compare(oldOthers.Value, now.Get("additionalProperties") ?? SchemaFacts.Nothing, $"{path}/additionalProperties", depth + 1);
    }

    private void CompareLists(JsonElement? before, JsonElement? after, bool oldInNew, string path, string keyword)
    {
        if (after is not { ValueKind: JsonValueKind.Array } now)
        {
            return;
        }

        var old = before is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().ToList() : [];
        var (inner, outer) = oldInNew ? (old, now.EnumerateArray().ToList()) : (now.EnumerateArray().ToList(), old);
        var known = outer.ToHashSet(JsonEquality.Instance);
        if ((oldInNew && old.Count == 0) || inner.Exists(one => !known.Contains(one) || !MeansTheSame(one)))
        {
            Note(path, keyword, $"has another {keyword}, which may refuse what was taken");
        }
    }

    /// <summary>References are followed where they stand alone and lead into the same document; else they must not change.</summary>
    private void CompareReferences(JsonElement before, JsonElement after, string path, int depth)
    {
        if (Resolve(before, _oldRoot) is not var (oldTarget, oldText) || Resolve(after, _newRoot) is not var (newTarget, newText))
        {
            Note(path, "$ref", "has a reference that cannot be followed, which may refuse what was taken");
            return;
        }

        // A circle has been compared where it begins.
        if (_open.Add((oldText, newText)))
        {
            Compare(oldTarget, newTarget, path, depth + 1);
        }
    }

    private bool Same(JsonElement before, JsonElement after) => JsonEquality.Instance.Equals(before, after) && MeansTheSame(after);

    // The same text means the same only where it refers to nothing, or where all it can refer to is the same.
    private bool MeansTheSame(JsonElement schema) => !schema.GetRawText().Contains("\"$", StringComparison.Ordinal) || _sameRoots.Value;

    private static bool HasRef(JsonElement schema) => schema.ValueKind == JsonValueKind.Object && schema.EnumerateObject().Any(member => member.Name is "$ref" or "$dynamicRef");

    private static (JsonElement Target, string Text)? Resolve(JsonElement schema, JsonElement root)
    {
        if (!HasRef(schema))
        {
            return (schema, schema.GetRawText());
        }

        var alone = schema.EnumerateObject().All(member => member.Name == "$ref" || Annotations.Contains(member.Name));
        if (!alone || !schema.TryGetProperty("$ref", out var reference) || reference.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var text = reference.GetString()!;
        if (text == "#")
        {
            return (root, text);
        }

        if (!text.StartsWith("#/", StringComparison.Ordinal))
        {
            return null;
        }

        var at = root;
        foreach (var step in Uri.UnescapeDataString(text[2..]).Split('/').Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
            {
                return null;
            }
        }

        return (at, text);
    }

    private void Note(string path, string keyword, string rest) => _found.Add(new FieldError(path, keyword, $"{path.TrimStart('/')} {rest}."));
}
