namespace Capns.Discovery.Worker.Graph.Reading;

/// <summary>What the graph said, and how much that is worth.</summary>
/// <param name="Value">Null when neither the graph server nor PostgreSQL answered: parts that need it are left out.</param>
/// <param name="Store"><c>neo4j</c>, <c>falkordb</c> or <c>postgresql</c>; null when nothing answered.</param>
/// <param name="Degraded">True when the graph server, if there is one, did not answer.</param>
internal sealed record GraphAnswer<T>(T? Value, string? Store, bool Degraded)
    where T : class
{
    /// <summary>True: <see cref="Value"/> is missing.</summary>
    public bool IsAway => Value is null;
}
