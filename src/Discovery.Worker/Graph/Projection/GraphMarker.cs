namespace Capns.Discovery.Worker.Graph.Projection;

/// <summary>The one node that says what a graph is worth: who writes it, and how far it has come.</summary>
/// <param name="Owner">The projector that may write; others' statements do nothing.</param>
/// <param name="State"><c>clearing</c>: it is being emptied; <c>filling</c>: not everything is back; <c>ready</c>.</param>
/// <param name="Epoch">Everything up to it is in the graph, once it is ready.</param>
/// <param name="Whole">The epoch that makes a graph that is filling ready.</param>
internal sealed record GraphMarker(string Owner, string State, long Epoch, long Whole)
{
    public bool IsReady => State == "ready";

    /// <summary>
    /// True when what is in the graph cannot be completed: its emptying was cut short, it lost what it once had (a server that restarted
    /// from an older copy), or it belongs to a truth that is gone.
    /// </summary>
    public bool MustBeEmptied(TruthState truth) => State == "clearing" || Epoch < truth.Projected || Epoch > truth.Epoch;

    /// <summary>Null when the graph has none, that is: nothing.</summary>
    public static async Task<GraphMarker?> ReadAsync(ICypherExecutor executor, CancellationToken cancellationToken)
    {
        var rows = await executor.ReadAsync(new CypherStatement(GraphTexts.Marker, new GraphRow()), cancellationToken);
        return rows is [var row, ..]
            ? new GraphMarker(row[0] as string ?? "", row[1] as string ?? "clearing", CypherValue.Whole(row[2]), CypherValue.Whole(row[3]))
            : null;
    }
}
