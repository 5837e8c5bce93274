namespace Capns.Core.Validation;

/// <summary>Finds schemas that apply themselves to the same value again, for ever.</summary>
internal static class SchemaCircles
{
    /// <summary>A schema in a circle of references that no value could get out of; null when there is none.</summary>
    /// <remarks>Without recursion: chains of references may be as long as the schema.</remarks>
    public static SchemaNode? Find(IEnumerable<SchemaNode> nodes)
    {
        var done = new HashSet<SchemaNode>();
        foreach (var start in nodes)
        {
            if (FindFrom(start, done) is { } circle)
            {
                return circle;
            }
        }

        return null;
    }

    private static SchemaNode? FindFrom(SchemaNode start, HashSet<SchemaNode> done)
    {
        var open = new HashSet<SchemaNode>();
        var stack = new Stack<(SchemaNode Node, bool Leaves)>();
        stack.Push((start, false));
        while (stack.TryPop(out var top))
        {
            if (top.Leaves)
            {
                open.Remove(top.Node);
                done.Add(top.Node);
                continue;
            }

            if (done.Contains(top.Node))
            {
                continue;
            }

            if (!open.Add(top.Node))
            {
                return top.Node;
            }

            stack.Push((top.Node, true));
            foreach (var next in top.Node.Always.Concat(top.Node.Tried))
            {
                stack.Push((next, false));
            }
        }

        return null;
    }
}
