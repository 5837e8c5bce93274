using System.Data.Common;
using System.Text.Json;
using Capns.Hosting.Postgres;

namespace Capns.Discovery.Worker.Graph.Reading;

/// <summary>
/// The graph as the rest of the worker asks it: the graph server, else PostgreSQL, else a clear "nobody is there". Thread-safe.
/// </summary>
internal sealed class GraphReader(CypherToolGraph? server, PostgresToolGraph truth, GraphStatus status, GraphCache cache, TimeProvider time)
    : IGraphAnswers
{
    /// <summary>
    /// The graph server has so long; then PostgreSQL is asked, and the server not again before it has answered the watch.
    /// </summary>
    public static readonly TimeSpan ServerPatience = TimeSpan.FromMilliseconds(250);

    /// <summary>PostgreSQL has so long; then it is not asked again before it has answered the watch.</summary>
    public static readonly TimeSpan TruthPatience = TimeSpan.FromSeconds(1);

    /// <summary>How far the store has come that would answer now; 0 when that is not known yet.</summary>
    public long Epoch => UsesServer ? status.Epoch : status.TruthEpoch;

    private bool UsesServer => server is not null && status.CanAnswer;

    /// <inheritdoc/>
    public Task<GraphAnswer<IReadOnlyList<ToolRelation>>> NeighboursAsync(
        IReadOnlyCollection<Guid> seeds, CancellationToken cancellationToken) =>
        KeptAsync(
            $"neighbours {string.Join(',', seeds.Distinct().Order())}",
            (graph, token) => graph.NeighboursAsync(seeds, token),
            cancellationToken);

    /// <inheritdoc/>
    public Task<GraphAnswer<IReadOnlyList<AgentUse>>> UsesAsync(string agentId, CancellationToken cancellationToken) =>
        KeptAsync($"uses {agentId}", (graph, token) => graph.UsesAsync(agentId, token), cancellationToken);

    /// <inheritdoc/>
    public Task<GraphAnswer<IReadOnlyList<ContextSuggestion>>> SuggestionsAsync(
        IReadOnlyCollection<string> patterns, IReadOnlyCollection<string> keywords, CancellationToken cancellationToken) =>
        KeptAsync(
            $"suggestions {JsonSerializer.Serialize(new[] { patterns, keywords })}",
            (graph, token) => graph.SuggestionsAsync(patterns, keywords, token),
            cancellationToken);

    /// <inheritdoc/>
    public Task<GraphAnswer<Dependencies>> DependenciesAsync(Guid tool, bool reverse, CancellationToken cancellationToken) =>
        AskAsync((graph, token) => graph.DependenciesAsync(tool, reverse, token), cancellationToken);

    private async Task<GraphAnswer<T>> KeptAsync<T>(
        string question, Func<IToolGraph, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
        where T : class
    {
        var (epoch, store) = (Epoch, UsesServer ? server!.Store : truth.Store);
        var kept = await cache.GetAsync(
            epoch,
            question,
            async () =>
            {
                var answer = await AskAsync(ask, cancellationToken);
                return new Kept<T>(answer.Value, answer.Store);
            },
            answer => answer.Value is not null && answer.Store == store ? Epoch : -1);
        // Kept or fresh: it is worth less while the server is away.
        return kept.Value is null
            ? new GraphAnswer<T>(null, null, Degraded: true)
            : new GraphAnswer<T>(kept.Value, kept.Store, Degraded: server is not null && (!UsesServer || kept.Store != server.Store));
    }

    private async Task<GraphAnswer<T>> AskAsync<T>(Func<IToolGraph, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
        where T : class
    {
        if (UsesServer && await TryAsync(server!, ask, ServerPatience, cancellationToken) is { } answer)
        {
            return new GraphAnswer<T>(answer, server!.Store, Degraded: false);
        }

        var fallback = status.TruthCanAnswer ? await TryAsync(truth, ask, TruthPatience, cancellationToken) : null;
        return new GraphAnswer<T>(fallback, fallback is null ? null : truth.Store, Degraded: server is not null || fallback is null);
    }

    private async Task<T?> TryAsync<T>(
        IToolGraph graph, Func<IToolGraph, CancellationToken, Task<T>> ask, TimeSpan patience, CancellationToken cancellationToken)
        where T : class
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            // A store that does not look at its token must not hold the answer up either.
            var asking = ask(graph, limit.Token);
            return await asking.WaitAsync(patience, time, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && IsAway(exception))
        {
            if (graph == server)
            {
                status.LetDown();
            }
            else
            {
                status.TruthLetDown();
            }

            return null;
        }
        finally
        {
            await limit.CancelAsync();
        }
    }

    private static bool IsAway(Exception exception) =>
        exception is GraphAwayException or TimeoutException or OperationCanceledException
        || (exception is DbException && DatabaseOutage.Is(exception));

    private sealed record Kept<T>(T? Value, string? Store)
        where T : class;
}
