namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>The rows of one query as they come: never more than one portion is under way, so a large result stays bounded.</summary>
/// <param name="exchange">Busy with it until the last row was read or <see cref="DiscardAsync"/> was called.</param>
/// <param name="fields">Names of the columns.</param>
/// <param name="fetch">Rows in a portion.</param>
internal sealed class BoltResult(BoltExchange exchange, IReadOnlyList<object?> fields, int fetch)
{
    /// <summary>Names of the columns.</summary>
    public IReadOnlyList<string> Fields { get; } = [.. fields.OfType<string>()];

    /// <summary>What the server said at the end; null before.</summary>
    public IReadOnlyDictionary<string, object?>? Summary { get; private set; }

    /// <summary>Reads the next row, asking for more rows where the server waits.</summary>
    /// <returns>As many values as there are columns; null at the end.</returns>
    /// <exception cref="BoltServerException">The query failed; rows that were read before do not count.</exception>
    public async ValueTask<IReadOnlyList<object?>?> ReadAsync(CancellationToken cancellationToken)
    {
        while (Summary is null)
        {
            var message = await exchange.NextAsync(cancellationToken);
            if (message.Kind == BoltAnswer.Record)
            {
                return message.Row.Count == Fields.Count
                    ? message.Row
                    : throw exchange.Malformed($"A row has {message.Row.Count} values for {Fields.Count} columns.");
            }

            await ContinueAsync(message, BoltRequest.Pull, fetch, cancellationToken);
        }

        return null;
    }

    /// <summary>Gives up the rows that were not read; the query itself runs to its end.</summary>
    public async Task DiscardAsync(CancellationToken cancellationToken)
    {
        while (Summary is null)
        {
            var message = await exchange.NextAsync(cancellationToken);
            if (message.Kind != BoltAnswer.Record)
            {
                await ContinueAsync(message, BoltRequest.Discard, -1, cancellationToken);
            }
        }
    }

    /// <summary>As PULL and DISCARD carry a number of rows; -1 is all.</summary>
    internal static IReadOnlyDictionary<string, object?> Count(int rows) => new Dictionary<string, object?> { ["n"] = (long)rows };

    private async Task ContinueAsync(BoltMessage message, byte next, int rows, CancellationToken cancellationToken)
    {
        var summary = exchange.Accept(message);
        if (summary.GetValueOrDefault("has_more") is true)
        {
            exchange.Queue(next, Count(rows));
            await exchange.FlushAsync(cancellationToken);
            return;
        }

        Summary = summary;
        exchange.Streaming = false;
    }
}
