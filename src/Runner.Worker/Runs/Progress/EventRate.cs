namespace Capns.Runner.Worker.Runs.Progress;

/// <summary>A sliding window: how many events were sent in the last second. Not thread-safe.</summary>
internal sealed class EventRate(TimeProvider time)
{
    /// <summary>Events per second and execution (platform spec 3.16).</summary>
    public const int PerSecond = 10;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);
    private readonly Queue<long> _sent = new();

    /// <summary>Takes the right to send one event.</summary>
    /// <param name="reserve">Of the ten, how many are left for later.</param>
    public bool TryTake(int reserve)
    {
        Forget();
        if (_sent.Count >= PerSecond - reserve)
        {
            return false;
        }

        _sent.Enqueue(time.GetTimestamp());
        return true;
    }

    /// <summary>Time until <see cref="TryTake"/> can succeed; zero when it can now.</summary>
    public TimeSpan UntilFree(int reserve)
    {
        Forget();
        var surplus = _sent.Count - (PerSecond - reserve);
        return surplus < 0 ? TimeSpan.Zero : Window - time.GetElapsedTime(_sent.ElementAt(surplus));
    }

    private void Forget()
    {
        while (_sent.TryPeek(out var oldest) && time.GetElapsedTime(oldest) >= Window)
        {
            _sent.Dequeue();
        }
    }
}
