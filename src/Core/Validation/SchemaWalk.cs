namespace Capns.Core.Validation;

/// <summary>Which schemas hold for which part of a value.</summary>
internal static class SchemaWalk
{
    /// <summary>The given schemas and those that hold for the same value through them.</summary>
    /// <param name="nodes">Where to start.</param>
    /// <param name="sometimes">True: also those that hold only for some values (anyOf, then …).</param>
    public static IReadOnlyCollection<SchemaNode> SameValue(IEnumerable<SchemaNode> nodes, bool sometimes)
    {
        var found = new List<SchemaNode>();
        var seen = new HashSet<SchemaNode>();
        var stack = new Stack<SchemaNode>(nodes.Reverse());
        while (stack.TryPop(out var node))
        {
            if (!seen.Add(node))
            {
                continue;
            }

            found.Add(node);
            foreach (var next in node.Always.Concat(sometimes ? node.Sometimes : []).Reverse())
            {
                stack.Push(next);
            }
        }

        return found;
    }

    /// <summary>Schemas that hold for a property of a value for which all of <paramref name="nodes"/> hold.</summary>
    public static List<SchemaNode> ForProperty(IEnumerable<SchemaNode> nodes, string name)
    {
        var found = new List<SchemaNode>();
        foreach (var node in nodes)
        {
            var before = found.Count;
            if (node.Properties.TryGetValue(name, out var named))
            {
                found.Add(named);
            }

            found.AddRange(node.PatternProperties.Where(pair => pair.Pattern.Match(name) != PatternMatch.No).Select(pair => pair.Node));
            if (found.Count == before)
            {
                found.AddRange(node.OtherProperties);
            }
        }

        return found;
    }

    /// <summary>Schemas that hold for an element of a value for which all of <paramref name="nodes"/> hold.</summary>
    /// <remarks>With <c>contains</c>, which may be the schema of any element.</remarks>
    public static List<SchemaNode> ForItem(IEnumerable<SchemaNode> nodes, int index, bool sometimes)
    {
        var found = new List<SchemaNode>();
        foreach (var node in nodes)
        {
            found.AddRange(index < node.PrefixItems.Count ? [node.PrefixItems[index]] : node.OtherItems);
            if (sometimes && node.Contains is not null)
            {
                found.Add(node.Contains);
            }
        }

        return found;
    }
}
