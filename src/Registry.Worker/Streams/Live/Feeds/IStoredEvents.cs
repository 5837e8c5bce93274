using Capns.Registry.Worker.Streams.Live.Events;

namespace Capns.Registry.Worker.Streams.Live.Feeds;

/// <summary>Events that have happened: in Redis, else in PostgreSQL (platform spec 4.7, "Resume"). Thread-safe.</summary>
internal interface IStoredEvents
{
    /// <summary>Events of one execution from a sequence on.</summary>
    /// <param name="executionId">Whose.</param>
    /// <param name="from">First sequence wanted.</param>
    /// <param name="before">First sequence not wanted.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>In order, each once; not all when there are many, but none exists before, between or, when empty, after them.</returns>
    Task<IReadOnlyList<LiveEvent>> ReadAsync(Guid executionId, int from, int before, CancellationToken cancellationToken);

    /// <summary>The newest events of one execution, in order; some may be missing between them.</summary>
    Task<IReadOnlyList<LiveEvent>> NewestAsync(Guid executionId, CancellationToken cancellationToken);

    /// <summary>Events of several executions, each from a sequence on. From PostgreSQL alone, a limited number of each.</summary>
    Task<IReadOnlyList<LiveEvent>> SinceAsync(IReadOnlyCollection<(Guid ExecutionId, int From)> feeds, CancellationToken cancellationToken);
}

/// <summary>Gets what happens in a room. Called in order; must not wait.</summary>
internal interface IListener
{
    void Hear(LiveEvent happened);
}
