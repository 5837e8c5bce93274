namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>An open transaction, for the work inside <see cref="BoltDriver.TransactAsync"/>.</summary>
internal sealed class BoltTransaction(BoltConnection connection, int fetch)
{
    /// <summary>Runs a query and collects its rows.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<object?>>> RunAsync(CypherStatement statement, CancellationToken cancellationToken)
    {
        var rows = new List<IReadOnlyList<object?>>();
        var result = await connection.RunAsync(statement, null, fetch, cancellationToken);
        while (await result.ReadAsync(cancellationToken) is { } row)
        {
            rows.Add(row);
        }

        return rows;
    }
}
