using System.Text.Json;

namespace Capns.Core.Validation.Keywords;

/// <summary><c>$ref</c> and <c>$dynamicRef</c> (JSON Schema core, 8.2.3).</summary>
/// <param name="name">The keyword.</param>
/// <param name="target">What the reference names where it stands.</param>
/// <param name="dynamicAnchor">The anchor to look for in what has been entered; null when it is a plain reference.</param>
internal sealed class ReferenceKeyword(string name, SchemaNode target, string? dynamicAnchor) : Keyword(name)
{
    public static Keyword? Create(KeywordSource source)
    {
        var reference = source.Value.GetString()!;
        if (source.Index.Find(source.Node.Resource, reference, out var resource, out var anchor) is not { } target)
        {
            source.Index.Refuse(source.Path, source.Name, resource is null
                ? $"'{reference}' is not in this document; nothing is loaded from elsewhere"
                : $"'{reference}' names nothing in this document");
            return null;
        }

        // A dynamic reference acts as a plain one unless it first arrives at a dynamic anchor.
        var isDynamic = source.Name == "$dynamicRef" && resource!.DynamicAnchors.ContainsKey(anchor);
        if (isDynamic)
        {
            source.Node.Sometimes.Add(target);
            source.Node.Sometimes.AddRange(source.Index.Resources.Values
                .Select(other => other.DynamicAnchors.GetValueOrDefault(anchor)).OfType<SchemaNode>());
        }
        else
        {
            source.Node.Always.Add(target);
        }

        return new ReferenceKeyword(source.Name, target, isDynamic ? anchor : null);
    }

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage) =>
        run.Apply(dynamicAnchor is null ? target : run.ResolveDynamically(dynamicAnchor, target), instance, coverage);
}
