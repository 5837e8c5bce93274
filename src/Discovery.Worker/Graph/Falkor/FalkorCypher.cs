using StackExchange.Redis;

namespace Capns.Discovery.Worker.Graph.Falkor;

/// <summary>FalkorDB over the Redis protocol. Each statement is atomic; there are no transactions.</summary>
/// <remarks>Its Bolt endpoint is never used: it knows no passwords and pastes parameters into the query.</remarks>
internal sealed class FalkorCypher : ICypherExecutor
{
    /// <summary>A statement without an answer by then has failed; the server gives up after as long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly string[] PassingErrors =
        ["LOADING", "BUSY", "OOM", "MISCONF", "NOAUTH", "READONLY", "MASTERDOWN", "Query timed out", "Max pending"];

    private readonly FalkorAddress _address;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopped = new();
    // A long write must not stand before a read: on one connection they take turns.
    private Task<ConnectionMultiplexer>? _reading;
    private Task<ConnectionMultiplexer>? _writing;

    public FalkorCypher(FalkorAddress address) => _address = address;

    public string Store => "falkordb";

    public async Task<IReadOnlyList<IReadOnlyList<object?>>> ReadAsync(CypherStatement statement, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync("GRAPH.RO_QUERY", statement, writes: false, cancellationToken);
        }
        catch (RedisServerException exception) when (exception.Message.Contains("on empty key", StringComparison.Ordinal))
        {
            // Nothing was ever written. A query that may write makes the graph, and answers.
            return await CallAsync("GRAPH.QUERY", statement, writes: false, cancellationToken);
        }
    }

    public async Task WriteAsync(IReadOnlyList<CypherStatement> statements, CancellationToken cancellationToken)
    {
        foreach (var statement in statements)
        {
            try
            {
                await CallAsync("GRAPH.QUERY", statement, writes: true, cancellationToken);
            }
            catch (RedisServerException exception) when (exception.Message.Contains("already indexed", StringComparison.Ordinal))
            {
                // It knows no IF NOT EXISTS.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        foreach (var connecting in new[] { _reading, _writing })
        {
            if (connecting is { IsCompletedSuccessfully: true })
            {
                var connection = await connecting;
                await connection.CloseAsync(allowCommandsToComplete: false);
                connection.Dispose();
            }
        }

        _stopped.Dispose();
    }

    private async Task<IReadOnlyList<IReadOnlyList<object?>>> CallAsync(
        string command, CypherStatement statement, bool writes, CancellationToken cancellationToken)
    {
        var query = FalkorLiterals.Query(statement);
        try
        {
            var connection = await ConnectionAsync(writes).WaitAsync(_address.ConnectTimeout, cancellationToken);
            var answer = connection.GetDatabase().ExecuteAsync(command, (RedisKey)_address.Graph, query, "--compact");
            return FalkorAnswer.Rows(await answer.WaitAsync(Patience, cancellationToken));
        }
        catch (Exception exception) when (IsAway(exception))
        {
            throw new GraphAwayException($"FalkorDB at {_address.Host}:{_address.Port} does not answer: {exception.Message}", exception);
        }
    }

    private static bool IsAway(Exception exception) =>
        exception is RedisConnectionException or TimeoutException or ObjectDisposedException or RedisTimeoutException
        || (exception is RedisServerException refused
            && PassingErrors.Any(start => refused.Message.StartsWith(start, StringComparison.OrdinalIgnoreCase)))
        || (exception is TaskCanceledException { CancellationToken.IsCancellationRequested: false });

    private Task<ConnectionMultiplexer> ConnectionAsync(bool writes)
    {
        lock (_lock)
        {
            ref var connecting = ref writes ? ref _writing : ref _reading;
            if (connecting is null or { IsFaulted: true } or { IsCanceled: true })
            {
                // On the pool: looking up a host name may block.
                connecting = Task.Run(ConnectAsync, _stopped.Token);
            }

            return connecting;
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        var options = new ConfigurationOptions
        {
            AbortOnConnectFail = false,
            ConnectTimeout = (int)_address.ConnectTimeout.TotalMilliseconds,
            ConnectRetry = 1,
            SyncTimeout = (int)Patience.TotalMilliseconds,
            KeepAlive = 10,
            Password = _address.Password,
            Ssl = _address.Tls,
            ReconnectRetryPolicy = new LinearRetry(1000),
        };
        options.EndPoints.Add(_address.Host, _address.Port);
        return await ConnectionMultiplexer.ConnectAsync(options);
    }
}

/// <summary>Where FalkorDB is, and which graph is the tools'.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">Default 6379.</param>
/// <param name="Password">Never logged. Null: none.</param>
/// <param name="Graph">Name of the graph.</param>
/// <param name="Tls">True for <c>rediss://</c>.</param>
/// <param name="ConnectTimeout">For one try.</param>
internal sealed record FalkorAddress(string Host, int Port, string? Password, string Graph, bool Tls, TimeSpan ConnectTimeout)
{
    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Host}:{Port}/{Graph}";
}
