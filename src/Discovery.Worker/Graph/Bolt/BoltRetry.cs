using Microsoft.Extensions.Logging.Abstractions;

namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>Which failures are tried again, for how long, and how soon.</summary>
/// <param name="time">Whose clock counts.</param>
/// <param name="logger">Gets one line for each further attempt.</param>
internal sealed class BoltRetry(TimeProvider time, ILogger? logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly ILogger _logger = logger ?? NullLogger.Instance;

    /// <summary>Whether the same work may succeed, and does no harm, when it is done again.</summary>
    /// <param name="exception">What it ended with.</param>
    /// <param name="idempotent">The caller says that doing it twice is as good as once.</param>
    public static bool MayRepeat(Exception exception, bool idempotent) => exception switch
    {
        BoltUnavailableException unavailable => unavailable.MayRetry && (idempotent || !unavailable.Uncertain),
        BoltServerException refused => refused.MayRetry,
        _ => false,
    };

    /// <summary>Runs attempts until one succeeds, one fails for good, or the time for further attempts has passed.</summary>
    public async Task<T> RunAsync<T>(TimeSpan within, bool idempotent, Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await attempt();
            }
            catch (BoltException exception) when (MayRepeat(exception, idempotent) && time.GetElapsedTime(started) + pause <= within)
            {
                BoltLog.Repeats(_logger, exception.Message);
            }

            // Two transactions that wait for each other must not come back at the same moment.
            await Task.Delay(pause * (0.5 + (Random.Shared.NextDouble() / 2)), time, cancellationToken);
        }
    }
}

/// <summary>Log lines of the Bolt client.</summary>
internal static partial class BoltLog
{
    [LoggerMessage(3038, LogLevel.Information, "The graph server is asked again: {Reason}")]
    public static partial void Repeats(ILogger logger, string reason);
}
