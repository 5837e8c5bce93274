using System.Globalization;

namespace Capns.Discovery.Worker.Graph.Projection;

/// <summary>Writes whole entities to a graph server. Everything may be written again; in the end the graph is the same.</summary>
/// <param name="executor">The server.</param>
/// <param name="owner">What this projector is called in the marker; unlike any other's.</param>
internal sealed class GraphWriter(ICypherExecutor executor, string owner)
{
    /// <summary>Rows of one statement.</summary>
    public const int RowsPerStatement = 500;

    /// <summary>Rows that go together, in one transaction where there are such.</summary>
    public const int RowsPerWrite = 5000;

    private long _batches;

    /// <summary>Becomes the only one that writes, and makes the marker when there is none.</summary>
    public async Task<GraphMarker> ClaimAsync(CancellationToken cancellationToken)
    {
        await WriteAsync([Statement(GraphTexts.Claim)], cancellationToken);
        return await GraphMarker.ReadAsync(executor, cancellationToken) ?? throw Lost();
    }

    /// <summary>Indexes and constraints.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        // Neo4j takes no two changes of the schema in one transaction.
        foreach (var text in GraphTexts.Schema(executor.Store))
        {
            await executor.WriteAsync([new CypherStatement(text, new GraphRow())], cancellationToken);
        }
    }

    /// <summary>Removes everything but the marker. Cut short, it is begun again by whoever projects next.</summary>
    public async Task ClearAsync(CancellationToken cancellationToken)
    {
        await WriteAsync([Statement(GraphTexts.Clearing)], cancellationToken);
        foreach (var (clear, left) in GraphTexts.Clear)
        {
            while ((await executor.ReadAsync(new CypherStatement(left, new GraphRow()), cancellationToken)).Count > 0)
            {
                await WriteAsync([Statement(clear)], cancellationToken);
                await ConfirmAsync(cancellationToken);
            }
        }
    }

    /// <summary>The graph is empty; it is whole again at an epoch.</summary>
    public Task FillAsync(long whole, CancellationToken cancellationToken) =>
        WriteAsync([Statement(GraphTexts.Filling, ("whole", whole))], cancellationToken);

    /// <summary>Replaces entities.</summary>
    /// <exception cref="GraphAwayException">The server is away, or another projector has taken over: some of it may have been
    /// written.</exception>
    public async Task WriteAsync(GraphFacts facts, CancellationToken cancellationToken)
    {
        var stamp = string.Create(CultureInfo.InvariantCulture, $"{owner}.{Interlocked.Increment(ref _batches)}");
        var group = new List<CypherStatement>();
        var rows = 0;
        foreach (var (statement, size) in Statements(facts, stamp))
        {
            if (rows > 0 && rows + size > RowsPerWrite)
            {
                await WriteAsync(group, cancellationToken);
                (group, rows) = ([], 0);
            }

            group.Add(statement);
            rows += size;
        }

        if (group.Count > 0)
        {
            await WriteAsync(group, cancellationToken);
        }
    }

    /// <summary>
    /// Notes how far the graph has come, when everything written since <see cref="ClaimAsync"/> was this projector's to write.
    /// </summary>
    public async Task ReachAsync(long epoch, CancellationToken cancellationToken)
    {
        await WriteAsync([Statement(GraphTexts.Reached, ("epoch", epoch))], cancellationToken);
        await ConfirmAsync(cancellationToken);
    }

    private IEnumerable<(CypherStatement Statement, int Rows)> Statements(GraphFacts facts, string stamp)
    {
        string[] tools = [.. facts.Tools.Select(tool => tool.Text("id")), .. facts.UnknownTools];
        string[] agents = [.. facts.Agents.Select(GraphKey.Of)];
        string[] unknownContexts = [.. facts.UnknownContexts.Select(GraphKey.Of)];
        string[] contexts = [.. facts.Contexts.Select(context => context.Text(GraphKey.Property)), .. unknownContexts];
        return
        [
            .. Rows(GraphTexts.Tools, facts.Tools, stamp),
            .. Ids(GraphTexts.UnknownTools, facts.UnknownTools, stamp),
            .. Rows(GraphTexts.Provides, facts.Provides, stamp),
            .. facts.Relations.SelectMany(pair => Rows(GraphTexts.Relations[pair.Key], pair.Value, stamp)),
            .. Ids(GraphTexts.StaleProvides, tools, stamp),
            .. Ids(GraphTexts.StaleRelations, tools, stamp),
            .. Ids(GraphTexts.StalePairs, tools, stamp),
            .. Ids(GraphTexts.UnreferredTools, facts.UnknownTools, stamp),
            .. Rows(GraphTexts.Uses, facts.Uses, stamp),
            .. Ids(GraphTexts.StaleUses, agents, stamp),
            .. Ids(GraphTexts.UnusedAgents, agents, stamp),
            .. Rows(GraphTexts.Contexts, facts.Contexts, stamp),
            .. Rows(GraphTexts.Suggests, facts.Suggests, stamp),
            .. Ids(GraphTexts.StaleSuggests, contexts, stamp),
            .. Ids(GraphTexts.EmptyContexts, unknownContexts, stamp),
        ];
    }

    private IEnumerable<(CypherStatement Statement, int Rows)> Rows(string text, IEnumerable<GraphRow> rows, string stamp) =>
        rows.Chunk(RowsPerStatement).Select(chunk => (Statement(text, ("rows", chunk), ("stamp", stamp)), chunk.Length));

    private IEnumerable<(CypherStatement Statement, int Rows)> Ids(string text, IEnumerable<string> ids, string stamp) =>
        ids.Chunk(RowsPerStatement).Select(chunk => (Statement(text, ("ids", chunk), ("stamp", stamp)), chunk.Length));

    private CypherStatement Statement(string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var values = new GraphRow { ["owner"] = owner };
        foreach (var (name, value) in parameters)
        {
            // Servers may refuse parameters that a text does not use.
            if (text.Contains('$' + name, StringComparison.Ordinal))
            {
                values[name] = value;
            }
        }

        return new CypherStatement(text, values);
    }

    private Task WriteAsync(IReadOnlyList<CypherStatement> statements, CancellationToken cancellationToken) =>
        executor.WriteAsync(statements, cancellationToken);

    private async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        if ((await GraphMarker.ReadAsync(executor, cancellationToken))?.Owner != owner)
        {
            throw Lost();
        }
    }

    private static GraphAwayException Lost() => new("Another projector writes the graph now, or the graph has lost what it held.");
}
