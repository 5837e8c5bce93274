using Capns.Discovery.Worker.Graph.Bolt;
using Capns.Discovery.Worker.Graph.Falkor;

namespace Capns.Discovery.Worker.Graph;

/// <summary>The graph server that the settings name, or none.</summary>
internal sealed class GraphStores : IAsyncDisposable
{
    private const string Echo = "it's a \\ \"test\" // `of` $x\n";

    private bool _checked;

    public GraphStores(GraphSettings settings, TimeProvider time)
        : this(Open(settings, time))
    {
    }

    internal GraphStores(ICypherExecutor? executor) => Executor = executor;

    /// <summary>Null: PostgreSQL alone.</summary>
    public ICypherExecutor? Executor { get; }

    /// <summary>Refuses a server that changes values on their way into a query; asked once, when the server is first there.</summary>
    /// <exception cref="GraphAwayException">The server is away, or must not be used.</exception>
    public async Task CheckEchoAsync(CancellationToken cancellationToken)
    {
        if (!_checked && Executor is { } executor)
        {
            await CheckEchoAsync(executor, cancellationToken);
            _checked = true;
        }
    }

    /// <inheritdoc cref="CheckEchoAsync(CancellationToken)"/>
    public static async Task CheckEchoAsync(ICypherExecutor executor, CancellationToken cancellationToken)
    {
        var rows = await executor.ReadAsync(
            new CypherStatement("RETURN $echo AS echo", new Dictionary<string, object?> { ["echo"] = Echo }), cancellationToken);
        if (rows is not [[string said]] || said != Echo)
        {
            throw new GraphAwayException($"{executor.Store} changes parameters on their way into a query and is not used.");
        }
    }

    public ValueTask DisposeAsync() => Executor?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static ICypherExecutor? Open(GraphSettings settings, TimeProvider time) => settings switch
    {
        { Neo4j: { } neo4j } => new BoltCypher(new BoltDriver(neo4j, time)),
        { Falkor: { } falkor } => new FalkorCypher(falkor),
        _ => null,
    };
}
