namespace Capns.Runner.Worker.Sandboxing.Containers.Warm;

/// <summary>Waiting containers of one kind, the oldest first. Guarded by its owner's lock.</summary>
internal sealed class WarmShelf(SandboxProgram program, SandboxLimits limits)
{
    private readonly Queue<(Container Container, long Made)> _waiting = new();

    public SandboxProgram Program { get; } = program;

    /// <summary>Limits of the last run that asked here: the next run's, most likely.</summary>
    public SandboxLimits Limits { get; set; } = limits;

    public WarmKey Key { get; } = WarmKey.Of(program, limits);

    /// <summary>Timestamp of the last run that asked here; 0: none yet.</summary>
    public long LastUsed { get; set; }

    public int Count => _waiting.Count;

    public void Add(Container container, long made) => _waiting.Enqueue((container, made));

    /// <summary>The oldest that still waits; null when there is none. Dead ones stay for <see cref="Sort"/>.</summary>
    public Container? Take()
    {
        for (var left = _waiting.Count; left > 0; left--)
        {
            var first = _waiting.Dequeue();
            if (!first.Container.Exit.IsCompleted)
            {
                return first.Container;
            }

            _waiting.Enqueue(first);
        }

        return null;
    }

    /// <summary>Takes out what has ended or is older than <paramref name="age"/>.</summary>
    public List<Container> Sort(TimeSpan age, TimeProvider time)
    {
        var spare = new List<Container>();
        for (var left = _waiting.Count; left > 0; left--)
        {
            var first = _waiting.Dequeue();
            if (first.Container.Exit.IsCompleted || time.GetElapsedTime(first.Made) > age)
            {
                spare.Add(first.Container);
            }
            else
            {
                _waiting.Enqueue(first);
            }
        }

        return spare;
    }

    /// <summary>Takes out all.</summary>
    public List<Container> Clear()
    {
        var all = _waiting.Select(waiting => waiting.Container).ToList();
        _waiting.Clear();
        return all;
    }
}
