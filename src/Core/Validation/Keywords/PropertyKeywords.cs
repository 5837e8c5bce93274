using System.Text.Json;

namespace Capns.Core.Validation.Keywords;

/// <summary>Schemas of properties by name.</summary>
internal sealed class PropertiesKeyword(Dictionary<string, SchemaNode> nodes) : Keyword("properties")
{
    public static Keyword Create(KeywordSource source)
    {
        foreach (var (name, node) in source.NamedSchemas)
        {
            source.Node.Properties[name] = node;
        }

        return new PropertiesKeyword(source.Node.Properties);
    }

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage)
    {
        if (instance.ValueKind != JsonValueKind.Object || nodes.Count == 0)
        {
            return true;
        }

        var fits = true;
        foreach (var property in instance.EnumerateObject())
        {
            if (nodes.TryGetValue(property.Name, out var node))
            {
                coverage?.Add(property.Name);
                fits &= run.ApplyAt(property.Name, node, property.Value);
                if (!fits && !run.IsListing)
                {
                    return false;
                }
            }
        }

        return fits;
    }
}

/// <summary>Schemas of properties whose name matches a pattern.</summary>
internal sealed class PatternPropertiesKeyword(List<(EcmaPattern Pattern, SchemaNode Node)> pairs) : Keyword("patternProperties")
{
    public static Keyword? Create(KeywordSource source)
    {
        foreach (var (text, node) in source.NamedSchemas)
        {
            if (source.Pattern(text) is { } pattern)
            {
                source.Node.PatternProperties.Add((pattern, node));
            }
        }

        return new PatternPropertiesKeyword(source.Node.PatternProperties);
    }

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage)
    {
        if (instance.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        var fits = true;
        foreach (var property in instance.EnumerateObject())
        {
            foreach (var (pattern, node) in pairs)
            {
                if (pattern.Matches(run, Name, property.Name))
                {
                    coverage?.Add(property.Name);
                    fits &= run.ApplyAt(property.Name, node, property.Value);
                }

                if (run.IsStopped || (!fits && !run.IsListing))
                {
                    return false;
                }
            }
        }

        return fits;
    }
}

/// <summary>The schema of properties that neither <c>properties</c> nor <c>patternProperties</c> beside it names.</summary>
internal sealed class AdditionalPropertiesKeyword(SchemaNode owner, SchemaNode node) : Keyword("additionalProperties")
{
    public static Keyword Create(KeywordSource source)
    {
        source.Node.OtherProperties.Add(source.Schema);
        return new AdditionalPropertiesKeyword(source.Node, source.Schema);
    }

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage)
    {
        if (instance.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        var fits = true;
        foreach (var property in instance.EnumerateObject())
        {
            if (owner.Properties.ContainsKey(property.Name) || HasPattern(run, property.Name))
            {
                continue;
            }

            coverage?.Add(property.Name);
            fits &= node.Source.ValueKind == JsonValueKind.False
                ? run.FailAt(property.Name, Name, "is not a known property")
                : run.ApplyAt(property.Name, node, property.Value);
            if (run.IsStopped || (!fits && !run.IsListing))
            {
                return false;
            }
        }

        return fits && !run.IsStopped;
    }

    private bool HasPattern(Evaluation run, string name)
    {
        foreach (var (pattern, _) in owner.PatternProperties)
        {
            if (pattern.Matches(run, "patternProperties", name))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The schema of every property's name.</summary>
internal sealed class PropertyNamesKeyword(SchemaNode node) : Keyword("propertyNames")
{
    public static Keyword Create(KeywordSource source) => new PropertyNamesKeyword(source.Schema);

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage)
    {
        if (instance.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        var fits = true;
        foreach (var property in instance.EnumerateObject())
        {
            fits &= run.ApplyAt(property.Name, node, JsonSerializer.SerializeToElement(property.Name));
            if (run.IsStopped || (!fits && !run.IsListing))
            {
                return false;
            }
        }

        return fits;
    }
}
