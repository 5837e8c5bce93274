namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>Neo4j as the graph layer sees it. Thread-safe.</summary>
/// <remarks>
/// A query that the server calls wrong is a bug and stays a <see cref="BoltServerException"/>; all that keeps the server from answering
/// (unreachable, slow, malformed answers, a login or database that it refuses, errors of its own) is <see cref="GraphAwayException"/>.
/// </remarks>
internal sealed class BoltCypher(BoltDriver driver) : ICypherExecutor
{
    private volatile bool _verified;

    /// <inheritdoc/>
    public string Store => "neo4j";

    /// <inheritdoc/>
    public Task<IReadOnlyList<IReadOnlyList<object?>>> ReadAsync(CypherStatement statement, CancellationToken cancellationToken) =>
        OrAwayAsync(() => driver.ReadAsync(statement, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task WriteAsync(IReadOnlyList<CypherStatement> statements, CancellationToken cancellationToken) => OrAwayAsync(
        async () =>
        {
            await driver.WriteAsync(statements, idempotent: true, cancellationToken);
            return true;
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => driver.DisposeAsync();

    private async Task<T> OrAwayAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            if (!_verified)
            {
                await driver.VerifyAsync(cancellationToken);
                _verified = true;
            }

            return await work();
        }
        catch (BoltException exception) when (exception is not BoltServerException { CallersMistake: true })
        {
            throw new GraphAwayException(exception.Message, exception);
        }
    }
}
