using System.Text.Json;

namespace Capns.Core.Validation.Keywords;

/// <summary>Schemas of the first elements, by position.</summary>
internal sealed class PrefixItemsKeyword(SchemaNode[] nodes) : Keyword("prefixItems")
{
    public static Keyword Create(KeywordSource source)
    {
        source.Node.PrefixItems.AddRange(source.Schemas);
        return new PrefixItemsKeyword(source.Schemas);
    }

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage)
    {
        if (instance.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        var fits = true;
        var index = 0;
        foreach (var item in instance.EnumerateArray().Take(nodes.Length))
        {
            fits &= run.ApplyAt(index, nodes[index], item);
            if (run.IsStopped || (!fits && !run.IsListing))
            {
                return false;
            }

            index++;
        }

        coverage?.AddItemsBefore(index);
        return fits;
    }
}

/// <summary>The schema of every element after <c>prefixItems</c>.</summary>
internal sealed class ItemsKeyword(SchemaNode node, int first) : Keyword("items")
{
    public static Keyword Create(KeywordSource source)
    {
        source.Node.OtherItems.Add(source.Schema);
        var first = source.Node.Source.TryGetProperty("prefixItems", out var prefix) ? prefix.GetArrayLength() : 0;
        return new ItemsKeyword(source.Schema, first);
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
            if (index >= first)
            {
                fits &= run.ApplyAt(index, node, item);
            }

            if (run.IsStopped || (!fits && !run.IsListing))
            {
                return false;
            }

            index++;
        }

        coverage?.AddItemsBefore(index);
        return fits;
    }
}

/// <summary>The schema that some elements fit, with <c>minContains</c> (default 1) and <c>maxContains</c>.</summary>
internal sealed class ContainsKeyword(SchemaNode node, int least, int? most) : Keyword("contains")
{
    public static Keyword Create(KeywordSource source)
    {
        source.Node.Contains = source.Schema;
        return new ContainsKeyword(source.Schema, source.NeighbourCount("minContains") ?? 1, source.NeighbourCount("maxContains"));
    }

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage)
    {
        if (instance.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        var found = 0;
        var index = 0;
        foreach (var item in instance.EnumerateArray())
        {
            if (run.Tries(node, item, null))
            {
                coverage?.Add(index);
                found++;
            }

            if (run.IsStopped)
            {
                return false;
            }

            index++;
        }

        return found < least ? run.Fail(Name, $"must have at least {least} fitting element(s), has {found}")
            : found <= (most ?? found) || run.Fail("maxContains", $"must have at most {most} fitting element(s), has {found}");
    }
}

/// <summary>No two elements are equal.</summary>
internal sealed class UniqueItemsKeyword() : Keyword("uniqueItems")
{
    public static Keyword? Create(KeywordSource source) => source.Value.GetBoolean() ? new UniqueItemsKeyword() : null;

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage)
    {
        if (instance.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        var seen = new HashSet<JsonElement>(Json.JsonEquality.Instance);
        return instance.EnumerateArray().All(seen.Add) || run.Fail(Name, "must have no two equal elements");
    }
}
