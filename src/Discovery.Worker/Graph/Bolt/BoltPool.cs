namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>The connections to one server. Thread-safe.</summary>
internal sealed class BoltPool(BoltEndpoint endpoint, BoltOptions options, TimeProvider time) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turns = new(options.MaxConnections);
    private readonly Lock _lock = new();
    private readonly Stack<Kept> _idle = new();
    private readonly Dictionary<BoltConnection, Kept> _busy = [];
    private long _suspectBefore = long.MinValue;
    private long _loginsBefore = long.MinValue;
    private bool _closed;

    /// <summary>Connections in use.</summary>
    public int Busy
    {
        get
        {
            lock (_lock)
            {
                return _busy.Count;
            }
        }
    }

    /// <summary>Waits for a turn, then gives an idle connection that lives, the latest used first, else a new one.</summary>
    /// <exception cref="BoltUnavailableException">All stayed busy for too long, or a new one could not be opened in time.</exception>
    public async Task<BoltConnection> AcquireAsync(CancellationToken cancellationToken)
    {
        await BoltDeadline.RunAsync(
            options.ConnectionTimeout,
            $"None of the {options.MaxConnections} connections (NEO4J_MAX_CONNECTIONS) to {endpoint} became free",
            "NEO4J_CONNECTION_TIMEOUT",
            time,
            async token =>
            {
                await _turns.WaitAsync(token);
                return true;
            },
            cancellationToken);
        try
        {
            var kept = await UsableAsync(cancellationToken) ?? await OpenAsync(cancellationToken);
            lock (_lock)
            {
                _busy[kept.Connection] = kept;
            }

            return kept.Connection;
        }
        catch
        {
            _turns.Release();
            throw;
        }
    }

    /// <summary>Takes a connection back, reset where its user left something under way, closed where it is broken.</summary>
    public async Task ReleaseAsync(BoltConnection connection)
    {
        Kept kept;
        lock (_lock)
        {
            _busy.Remove(connection, out kept);
        }

        try
        {
            var usable = !connection.Broken && (connection.Clean || await ResetsAsync(connection, CancellationToken.None));
            lock (_lock)
            {
                usable &= !_closed;
                if (usable)
                {
                    _idle.Push(kept with { UsedAt = time.GetTimestamp() });
                }
            }

            if (!usable)
            {
                await connection.DisposeAsync();
            }
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>A connection was lost: idle ones are asked whether they live before they are used again.</summary>
    public void Suspect()
    {
        lock (_lock)
        {
            _suspectBefore = time.GetTimestamp();
        }
    }

    /// <summary>The server forgot its logins: each connection logs in again, or is replaced, before it is used again.</summary>
    public void ExpireLogins()
    {
        lock (_lock)
        {
            _loginsBefore = time.GetTimestamp();
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _closed = true;
        }

        await CloseIdleAsync();
    }

    /// <summary>Closes the connections that nobody uses: the server left the cluster.</summary>
    public async Task CloseIdleAsync()
    {
        List<Kept> idle;
        lock (_lock)
        {
            idle = [.. _idle];
            _idle.Clear();
        }

        foreach (var kept in idle)
        {
            await kept.Connection.DisposeAsync();
        }
    }

    private async Task<Kept?> UsableAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Kept kept;
            long suspectBefore, loginsBefore;
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                (suspectBefore, loginsBefore) = (_suspectBefore, _loginsBefore);
                if (!_idle.TryPop(out kept))
                {
                    return null;
                }
            }

            if (await RefreshedAsync(kept, suspectBefore, loginsBefore, cancellationToken) is { } usable)
            {
                return usable;
            }
        }
    }

    private async Task<Kept?> RefreshedAsync(Kept kept, long suspectBefore, long loginsBefore, CancellationToken cancellationToken)
    {
        var connection = kept.Connection;
        var usable = false;
        try
        {
            usable = !connection.LooksClosed && time.GetElapsedTime(kept.OpenedAt) < options.MaxLifetime;
            if (usable && (kept.UsedAt <= suspectBefore || time.GetElapsedTime(kept.UsedAt) >= options.LivenessAfter))
            {
                usable = await ResetsAsync(connection, cancellationToken);
            }

            if (usable && kept.LoggedInAt <= loginsBefore)
            {
                kept = kept with { LoggedInAt = time.GetTimestamp() };
                usable = await LogsInAsync(connection, cancellationToken);
            }

            return usable ? kept : null;
        }
        finally
        {
            if (!usable)
            {
                await connection.DisposeAsync();
            }
        }
    }

    private async Task<Kept> OpenAsync(CancellationToken cancellationToken)
    {
        var openedAt = time.GetTimestamp();
        var connection = await BoltDeadline.RunAsync(
            options.ConnectionTimeout,
            $"{endpoint} gave no connection",
            "NEO4J_CONNECTION_TIMEOUT",
            time,
            token => BoltConnection.OpenAsync(endpoint, options, token),
            cancellationToken,
            mayRetry: true);
        return new Kept(connection, openedAt, time.GetTimestamp(), time.GetTimestamp());
    }

    private Task<bool> ResetsAsync(BoltConnection connection, CancellationToken cancellationToken) => DoesAsync(
        async token =>
        {
            await connection.ResetAsync(token);
            return true;
        },
        cancellationToken);

    private Task<bool> LogsInAsync(BoltConnection connection, CancellationToken cancellationToken) =>
        DoesAsync(token => connection.ReauthenticateAsync(options.Login, token), cancellationToken);

    // A connection that fails here is replaced; opening the next one says what is wrong, if anything is.
    private async Task<bool> DoesAsync(Func<CancellationToken, Task<bool>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await BoltDeadline.RunAsync(
                options.ConnectionTimeout, "No answer", "NEO4J_CONNECTION_TIMEOUT", time, work, cancellationToken);
        }
        catch (BoltException)
        {
            return false;
        }
    }

    /// <summary>A connection and its time stamps.</summary>
    private readonly record struct Kept(BoltConnection Connection, long OpenedAt, long LoggedInAt, long UsedAt);
}
