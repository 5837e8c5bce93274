using System.Threading.Channels;

namespace Capns.Registry.Worker.Executions.Sharing;

/// <summary>
/// What this process knows about shares and the database does not show yet: places taken by transactions that are still
/// open, and which lines are worth a look. Thread-safe.
/// </summary>
/// <remarks>A crash loses nothing but time: the lines are in the database, and the sweep of <see cref="ShareReleaser"/> finds them.</remarks>
internal sealed class ShareBoard
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ShareKey, Entry> _entries = [];
    private readonly Channel<ShareKey> _signals = Channel.CreateUnbounded<ShareKey>(new UnboundedChannelOptions { SingleReader = true });
    private long _clock;

    /// <summary>Lines that may have become shorter; one signal stands for many.</summary>
    public ChannelReader<ShareKey> Signals => _signals.Reader;

    /// <summary>A transaction wants a place. It must <see cref="Leave"/> whatever becomes of it.</summary>
    /// <returns>How many transactions hold or want one now, this one included.</returns>
    public int Enter(ShareKey key)
    {
        lock (_gate)
        {
            return ++EntryOf(key).Open;
        }
    }

    /// <summary>The transaction is over: what it did can be seen in the database.</summary>
    public void Leave(ShareKey key)
    {
        lock (_gate)
        {
            var entry = EntryOf(key);
            entry.Open--;
            // Somebody who counted this place twice, here and in the database, stands in line for it.
            Signal(key, entry);
            Forget(key, entry);
        }
    }

    /// <summary>How many transactions hold or want a place.</summary>
    public int OpenOf(ShareKey key)
    {
        lock (_gate)
        {
            return _entries.TryGetValue(key, out var entry) ? entry.Open : 0;
        }
    }

    /// <summary>An execution stands in line; committed. It is looked at once: a place may have been freed meanwhile.</summary>
    public void Waits(ShareKey key)
    {
        lock (_gate)
        {
            var entry = EntryOf(key);
            entry.Waiting = true;
            entry.WaitsAt = ++_clock;
            Signal(key, entry);
        }
    }

    /// <summary>A place was freed; committed. Costs nothing where nobody waits.</summary>
    public void Freed(ShareKey key)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var entry))
            {
                Signal(key, entry);
            }
        }
    }

    /// <summary>Called before a line is looked at: later signals ask for another look.</summary>
    public void Looking(ShareKey key)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var entry))
            {
                entry.Signalled = false;
                Forget(key, entry);
            }
        }
    }

    /// <summary>Now, for <see cref="Learn"/>.</summary>
    public long Clock()
    {
        lock (_gate)
        {
            return _clock;
        }
    }

    /// <summary>Takes over which lines the database holds, those of other registries too.</summary>
    /// <param name="lines">All of them.</param>
    /// <param name="since"><see cref="Clock"/> before they were read: what came to stand in line later is not forgotten.</param>
    public void Learn(IReadOnlyCollection<ShareKey> lines, long since)
    {
        lock (_gate)
        {
            foreach (var (key, entry) in _entries.Where(pair => pair.Value.Waiting && pair.Value.WaitsAt <= since).ToList())
            {
                entry.Waiting = false;
                Forget(key, entry);
            }

            foreach (var key in lines)
            {
                EntryOf(key).Waiting = true;
            }
        }
    }

    private Entry EntryOf(ShareKey key)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            _entries[key] = entry = new Entry();
        }

        return entry;
    }

    private void Signal(ShareKey key, Entry entry)
    {
        if (entry is { Waiting: true, Signalled: false })
        {
            entry.Signalled = _signals.Writer.TryWrite(key);
        }
    }

    private void Forget(ShareKey key, Entry entry)
    {
        if (entry is { Open: 0, Waiting: false, Signalled: false })
        {
            _entries.Remove(key);
        }
    }

    private sealed class Entry
    {
        public int Open { get; set; }

        public bool Waiting { get; set; }

        public long WaitsAt { get; set; }

        public bool Signalled { get; set; }
    }
}
