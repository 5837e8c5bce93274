using Capns.Registry.Worker.Streams.Live.Events;

namespace Capns.Registry.Worker.Streams.Live.Feeds;

/// <summary>Puts the events of one execution in order, each once, however they come. Not thread-safe.</summary>
/// <remarks>What comes too early waits for what is missing, until that comes or its owner gives it up.</remarks>
internal sealed class Sequencer(int next)
{
    /// <summary>So many may wait; one more, and what is missing is given up.</summary>
    public const int MaxWaiting = 2000;

    private readonly SortedDictionary<int, LiveEvent> _waiting = [];

    /// <summary>The sequence that comes next.</summary>
    public int Next { get; private set; } = next;

    /// <summary>The first event that waits for a missing one. Null: nothing is missing.</summary>
    public LiveEvent? FirstWaiting => _waiting.Count == 0 ? null : _waiting.First().Value;

    /// <summary>Takes an event.</summary>
    /// <param name="happened">Numbered.</param>
    /// <param name="ready">Gets what is in turn now, in order.</param>
    public void Offer(LiveEvent happened, ICollection<LiveEvent> ready)
    {
        if (happened.Sequence < Next || !_waiting.TryAdd(happened.Sequence, happened))
        {
            return;
        }

        Drain(ready);
        if (_waiting.Count > MaxWaiting)
        {
            GiveUp(ready);
        }
    }

    /// <summary>What is missing will not come.</summary>
    public void GiveUp(ICollection<LiveEvent> ready)
    {
        if (FirstWaiting is { } first)
        {
            Next = first.Sequence;
            Drain(ready);
        }
    }

    private void Drain(ICollection<LiveEvent> ready)
    {
        while (_waiting.Remove(Next, out var happened))
        {
            ready.Add(happened);
            Next++;
        }
    }
}
