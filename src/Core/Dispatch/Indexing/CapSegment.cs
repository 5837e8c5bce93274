using Capns.Core.Matching;

namespace Capns.Core.Dispatch.Indexing;

/// <summary>
/// Some executors of a matrix, indexed together. What it holds never changes; an index for another policy is added when asked for.
/// </summary>
internal sealed class CapSegment
{
    private readonly HashSet<CapSetRegistration> _members;
    private CapIndex[] _indexes = [];

    public CapSegment(IEnumerable<CapSetRegistration> members)
    {
        _members = [.. members];
        Count = _members.Sum(member => member.Entries.Length);
    }

    /// <summary>How many capabilities it holds.</summary>
    public int Count { get; }

    public IEnumerable<CapSetRegistration> Members => _members;

    public bool Contains(CapSetRegistration registration) => _members.Contains(registration);

    /// <summary>The index for a policy. Two that ask for a new one at once may both build it; neither waits.</summary>
    public CapIndex IndexFor(SelectionPolicy policy)
    {
        while (true)
        {
            var known = Volatile.Read(ref _indexes);
            foreach (var index in known)
            {
                if (ReferenceEquals(index.Policy, policy) || index.Policy == policy)
                {
                    return index;
                }
            }

            var added = new CapIndex(_members.SelectMany(member => member.Entries), policy);
            if (Interlocked.CompareExchange(ref _indexes, [.. known, added], known) == known)
            {
                return added;
            }
        }
    }
}
