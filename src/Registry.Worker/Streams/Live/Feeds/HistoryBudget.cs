namespace Capns.Registry.Worker.Streams.Live.Feeds;

/// <summary>Bytes of payloads that all histories of this instance hold together. Thread-safe.</summary>
/// <param name="total">Beyond it each history keeps only <see cref="LeastBytes"/>.</param>
internal sealed class HistoryBudget(long total = HistoryBudget.DefaultTotal)
{
    /// <summary>256 MiB.</summary>
    public const long DefaultTotal = 256L * 1024 * 1024;

    /// <summary>Most that one history holds: 8 MiB.</summary>
    public const long MostBytes = 8L * 1024 * 1024;

    /// <summary>What one history may hold in any case: 32 KiB, and its newest event.</summary>
    public const long LeastBytes = 32L * 1024;

    private long _used;

    /// <summary>Bytes that are held now.</summary>
    public long Used => Volatile.Read(ref _used);

    /// <summary>More is held, or less.</summary>
    public void Add(long bytes) => Interlocked.Add(ref _used, bytes);

    /// <summary>Whether a history of this size has to let its oldest event go.</summary>
    public bool IsTooMuch(long bytes) => bytes > MostBytes || (bytes > LeastBytes && Used > total);
}
