namespace Capns.Registry.Worker.Persistence.Transactions;

/// <summary>Lets one at a time through for each key, inside this process.</summary>
/// <remarks>
/// The row lock in PostgreSQL does the same between processes. This one also covers the moment between commit and
/// hand-over to the dispatcher, so that two messages about one execution leave in the order of their commits.
/// </remarks>
internal sealed class KeyedGate
{
    /// <summary>Keys share gates; more gates, fewer needless waits.</summary>
    private const int Gates = 1024;

    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, Gates).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Waits for the key's turn; disposing what is returned ends it.</summary>
    public async ValueTask<Turn> EnterAsync(Guid key, CancellationToken cancellationToken)
    {
        var gate = _gates[(uint)key.GetHashCode() % Gates];
        await gate.WaitAsync(cancellationToken);
        return new Turn(gate);
    }

    /// <summary>Somebody's turn.</summary>
    public readonly struct Turn(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
