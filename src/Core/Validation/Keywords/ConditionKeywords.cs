using System.Text.Json;

namespace Capns.Core.Validation.Keywords;

/// <summary><c>if</c> with its <c>then</c> and <c>else</c>.</summary>
internal sealed class IfKeyword(SchemaNode condition, SchemaNode? then, SchemaNode? otherwise) : Keyword("if")
{
    public static Keyword Create(KeywordSource source)
    {
        var then = source.Neighbour("then");
        var otherwise = source.Neighbour("else");
        source.Node.Tried.Add(source.Schema);
        source.Node.Sometimes.AddRange(new[] { then, otherwise }.OfType<SchemaNode>());
        return new IfKeyword(source.Schema, then, otherwise);
    }

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage)
    {
        var branch = run.Tries(condition, instance, coverage) ? then : otherwise;
        return !run.IsStopped && (branch is null || run.Apply(branch, instance, coverage));
    }
}

/// <summary>Schemas for the whole object that hold when a property is there.</summary>
internal sealed class DependentSchemasKeyword(Dictionary<string, SchemaNode> nodes) : Keyword("dependentSchemas")
{
    public static Keyword Create(KeywordSource source)
    {
        source.Node.Sometimes.AddRange(source.NamedSchemas.Values);
        return new DependentSchemasKeyword(source.NamedSchemas);
    }

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage)
    {
        if (instance.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        var fits = true;
        foreach (var (name, node) in nodes)
        {
            if (instance.TryGetProperty(name, out _))
            {
                fits &= run.Apply(node, instance, coverage);
            }
        }

        return fits;
    }
}
