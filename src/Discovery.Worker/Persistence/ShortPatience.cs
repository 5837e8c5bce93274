using System.Diagnostics;

namespace Capns.Discovery.Worker.Persistence;

/// <summary>Keeps who asks from waiting for a Redis that does not answer: after a wait in vain nobody waits for it for a while. Thread-safe.</summary>
/// <param name="longest">For one step.</param>
internal sealed class ShortPatience(TimeSpan longest)
{
    /// <summary>So long after a wait in vain nobody waits.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    private long _spentAt = long.MinValue;

    /// <summary>True: a wait was in vain a moment ago.</summary>
    public bool IsSpent => Volatile.Read(ref _spentAt) is var at and not long.MinValue && Stopwatch.GetElapsedTime(at) < Rest;

    /// <summary>Waits for a step; what takes longer goes on without anybody.</summary>
    /// <exception cref="TimeoutException">It takes longer.</exception>
    public async Task WaitAsync(Task step)
    {
        try
        {
            await step.WaitAsync(longest);
        }
        catch (TimeoutException)
        {
            Volatile.Write(ref _spentAt, Stopwatch.GetTimestamp());
            throw;
        }
    }
}
