using System.Collections.Concurrent;
using Capns.Registry.Worker.Streams.Live.Logins;
using Capns.Registry.Worker.Streams.Live.Sessions;

namespace Capns.Registry.Worker.Streams.Live.Sockets;

/// <summary>All WebSockets of this instance: their number, what time brings to each, and their end with the instance. Thread-safe.</summary>
internal sealed partial class LiveSockets(
    SessionServices services, SessionShelf shelf, LoginWatch logins, LiveMetrics metrics, StreamOptions options, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<LiveSockets> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Clients that may wait for their login on the smallest instance.</summary>
    private const int LeastWaiting = 10;

    private readonly ConcurrentDictionary<LiveSession, SocketConnection> _open = new();
    private int _count;

    /// <summary>Takes a place. Give it back with <see cref="Leave"/>.</summary>
    /// <param name="bringsLogin">False: it will log in by a frame, within five seconds. Such clients get a tenth of the places, so that
    /// nobody without a login keeps out those who have one.</param>
    /// <returns>False: none is left, or the instance stops.</returns>
    public bool TryEnter(bool bringsLogin)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested
            || (!bringsLogin && _open.Keys.Count(session => session.Credential is null) >= Math.Max(LeastWaiting, options.MaxSockets / 10)))
        {
            return false;
        }

        if (Interlocked.Increment(ref _count) <= options.MaxSockets)
        {
            metrics.Came();
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    /// <summary>Gives the place back.</summary>
    public void Leave()
    {
        Interlocked.Decrement(ref _count);
        metrics.Left();
    }

    /// <summary>Serves one client to its end.</summary>
    public async Task ServeAsync(Stream stream, Action abort, SessionStart start)
    {
        using var connection = new SocketConnection(stream, abort, metrics);
        await using var session = new LiveSession(services, connection, start);
        _open[session] = connection;
        logins.Add(session);
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            connection.Close(CloseCode.GoingAway, "shutting down");
        }

        try
        {
            await connection.RunAsync(session);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone.
        }
        catch (Exception exception)
        {
            services.Failed(exception, session.ConnectionId);
        }
        finally
        {
            logins.Remove(session);
            _open.TryRemove(session, out _);
            shelf.Closed(session.View);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Before the web server waits for its connections to end.
        using var stopping = lifetime.ApplicationStopping.Register(CloseAll);
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var session in _open.Keys)
            {
                session.Tick();
            }

            shelf.Renew(_open.Keys.Select(session => session.View));
        }
    }

    private void CloseAll()
    {
        LogClosing(_open.Count);
        foreach (var connection in _open.Values)
        {
            connection.Close(CloseCode.GoingAway, "shutting down");
        }
    }

    [LoggerMessage(EventId = 3608, Level = LogLevel.Information, Message = "Closing {Count} WebSockets: the instance stops")]
    private partial void LogClosing(int count);
}
