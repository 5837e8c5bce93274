namespace Capns.Discovery.Worker.Graph;

/// <summary>Runs openCypher on one graph server. Thread-safe.</summary>
internal interface ICypherExecutor : IAsyncDisposable
{
    /// <summary>The store, as health and answers name it: <c>neo4j</c> or <c>falkordb</c>.</summary>
    string Store { get; }

    /// <summary>Runs one reading query; rows are lists of values in the order of RETURN.</summary>
    /// <exception cref="GraphAwayException">The server cannot be reached, or did not answer in time.</exception>
    Task<IReadOnlyList<IReadOnlyList<object?>>> ReadAsync(CypherStatement statement, CancellationToken cancellationToken);

    /// <summary>Runs idempotent writing statements, in one transaction where the server has such.</summary>
    /// <exception cref="GraphAwayException">The same; some of it may have been done where there are no transactions.</exception>
    Task WriteAsync(IReadOnlyList<CypherStatement> statements, CancellationToken cancellationToken);
}

/// <summary>A constant query text and its parameters.</summary>
internal sealed record CypherStatement(string Text, IReadOnlyDictionary<string, object?> Parameters);

/// <summary>The graph server is away; the fallback answers.</summary>
internal sealed class GraphAwayException(string message, Exception? inner = null) : Exception(message, inner);
