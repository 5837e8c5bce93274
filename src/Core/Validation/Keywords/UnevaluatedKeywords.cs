using System.Text.Json;

namespace Capns.Core.Validation.Keywords;

/// <summary>The schema of properties that nothing else in the schema has evaluated; null refuses them.</summary>
internal sealed class UnevaluatedPropertiesKeyword(string name, SchemaNode? node) : Keyword(name)
{
    public override bool IsLast => true;

    public static Keyword Create(KeywordSource source)
    {
        source.Node.OtherProperties.Add(source.Schema);
        return new UnevaluatedPropertiesKeyword(source.Name, source.Schema);
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
            if (coverage!.Has(property.Name))
            {
                continue;
            }

            coverage.Add(property.Name);
            fits &= node is null || node.Source.ValueKind == JsonValueKind.False
                ? run.FailAt(property.Name, Name, "is not a known property")
                : run.ApplyAt(property.Name, node, property.Value);
            if (!fits && !run.IsListing)
            {
                return false;
            }
        }

        return fits;
    }
}

/// <summary>The schema of elements that nothing else in the schema has evaluated.</summary>
internal sealed class UnevaluatedItemsKeyword(SchemaNode node) : Keyword("unevaluatedItems")
{
    public override bool IsLast => true;

    public static Keyword Create(KeywordSource source)
    {
        source.Node.OtherItems.Add(source.Schema);
        return new UnevaluatedItemsKeyword(source.Schema);
    }

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage)
    {
        if (instance.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        var fits = true;
        var index = 0;
        foreach (var item in instance.EnumerateArray())
        {
            if (!coverage!.Has(index))
            {
                fits &= run.ApplyAt(index, node, item);
            }

            if (run.IsStopped || (!fits && !run.IsListing))
            {
                return false;
            }

            index++;
        }

        coverage!.AddItemsBefore(index);
        return fits;
    }
}
