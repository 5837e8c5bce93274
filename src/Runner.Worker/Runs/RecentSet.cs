namespace Capns.Runner.Worker.Runs;

/// <summary>A set that forgets the oldest of its members when it is full. Thread-safe.</summary>
internal sealed class RecentSet<T>(int capacity)
{
    private readonly HashSet<T> _members = [];
    private readonly Queue<T> _order = new();
    private readonly Lock _gate = new();

    /// <summary>Adds a member.</summary>
    public void Add(T member)
    {
        lock (_gate)
        {
            if (!_members.Add(member))
            {
                return;
            }

            _order.Enqueue(member);
            if (_order.Count > capacity)
            {
                _members.Remove(_order.Dequeue());
            }
        }
    }

    /// <summary>True for a member that is not forgotten.</summary>
    public bool Contains(T member)
    {
        lock (_gate)
        {
            return _members.Contains(member);
        }
    }
}
