using System.Globalization;

namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>Runs work with a time limit that ends in <see cref="BoltUnavailableException"/>, not in a cancellation.</summary>
internal static class BoltDeadline
{
    /// <summary>Runs <paramref name="work"/> until it ends, the limit passes, or the caller gives up.</summary>
    /// <param name="limit">Above zero.</param>
    /// <param name="late">Says what did not happen; " within … ms" follows, then <paramref name="setting"/>.</param>
    /// <param name="setting">Names what sets the limit.</param>
    /// <param name="time">Whose clock counts.</param>
    /// <param name="work">Gets a token for the limit and the caller together.</param>
    /// <param name="caller">Cancels with <see cref="OperationCanceledException"/>.</param>
    /// <param name="mayRetry">Whether another attempt may help.</param>
    /// <exception cref="BoltUnavailableException">The limit has passed.</exception>
    public static async Task<T> RunAsync<T>(
        TimeSpan limit, string late, string setting, TimeProvider time, Func<CancellationToken, Task<T>> work, CancellationToken caller,
        bool mayRetry = false)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, caller);
        try
        {
            return await work(both.Token);
        }
        catch (OperationCanceledException exception) when (timer.IsCancellationRequested && !caller.IsCancellationRequested)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{late} within {limit.TotalMilliseconds:0} ms ({setting}).");
            throw new BoltUnavailableException(text, exception) { MayRetry = mayRetry };
        }
    }
}
