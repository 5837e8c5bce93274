using System.Globalization;

namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>Reads nodes, relationships and paths, with element ids (from 5.0) and without.</summary>
internal static class PackStreamElements
{
    public static BoltNode Node(ref PackStreamReader reader, int depth)
    {
        var id = reader.Value<long>(0, "A node's id");
        var labels = Items<string>(ref reader, depth, "A label");
        return new BoltNode(id, labels, Properties(ref reader, depth), ElementId(ref reader, id));
    }

    public static BoltRelationship Relationship(ref PackStreamReader reader, int depth)
    {
        var id = reader.Value<long>(0, "A relationship's id");
        var start = reader.Value<long>(0, "A relationship's start");
        var end = reader.Value<long>(0, "A relationship's end");
        var type = reader.Value<string>(0, "A relationship's type");
        return new BoltRelationship(
            id, start, end, type, Properties(ref reader, depth),
            ElementId(ref reader, id), ElementId(ref reader, start), ElementId(ref reader, end));
    }

    public static BoltUnboundRelationship Unbound(ref PackStreamReader reader, int depth)
    {
        var id = reader.Value<long>(0, "A relationship's id");
        var type = reader.Value<string>(0, "A relationship's type");
        return new BoltUnboundRelationship(id, type, Properties(ref reader, depth), ElementId(ref reader, id));
    }

    public static BoltPath Path(ref PackStreamReader reader, int depth)
    {
        var nodes = Items<BoltNode>(ref reader, depth, "A path's node");
        var edges = Items<BoltUnboundRelationship>(ref reader, depth, "A path's relationship");
        var indices = Items<long>(ref reader, depth, "A path's index");
        var steps = indices.Length % 2 == 0 && nodes.Length > 0;
        for (var i = 0; steps && i < indices.Length; i += 2)
        {
            steps = indices[i] != 0 && indices[i] >= -edges.Length && indices[i] <= edges.Length
                && indices[i + 1] >= 0 && indices[i + 1] < nodes.Length;
        }

        return steps ? new BoltPath(nodes, edges, indices) : throw new BoltProtocolException("A path's indices name nothing.");
    }

    private static IReadOnlyDictionary<string, object?> Properties(ref PackStreamReader reader, int depth) =>
        reader.Value<IReadOnlyDictionary<string, object?>>(depth, "Properties");

    private static string ElementId(ref PackStreamReader reader, long id) => reader.Dialect.ElementIds
        ? reader.Value<string>(0, "An element id")
        : id.ToString(CultureInfo.InvariantCulture);

    private static T[] Items<T>(ref PackStreamReader reader, int depth, string what)
    {
        var values = reader.Value<IReadOnlyList<object?>>(depth, what);
        var items = new T[values.Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = values[i] is T item ? item : throw new BoltProtocolException($"{what} is not of type {typeof(T).Name}.");
        }

        return items;
    }
}
