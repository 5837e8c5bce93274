using System.Collections.Concurrent;

namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>Finds the server for some work: that of the address, or with <c>neo4j://</c> one of the routing table. Thread-safe.</summary>
internal sealed class BoltServers(BoltOptions options, TimeProvider time) : IAsyncDisposable
{
    private static readonly IReadOnlyDictionary<string, object?> NoParameters = new Dictionary<string, object?>();

    private readonly ConcurrentDictionary<BoltEndpoint, BoltPool> _pools = new();
    private readonly SemaphoreSlim _refreshing = new(1);
    private readonly Lock _lock = new();
    private BoltRoutingTable? _table;
    private long _tableAt;
    private uint _next;

    /// <summary>Gives a connection to a server that does such work.</summary>
    /// <exception cref="BoltException">There is none, or it gave none.</exception>
    public async Task<BoltConnection> AcquireAsync(BoltAccess access, CancellationToken cancellationToken)
    {
        var endpoint = options.Address.Routing ? await RouteAsync(access, cancellationToken) : options.Address.Endpoint;
        try
        {
            return await Pool(endpoint).AcquireAsync(cancellationToken);
        }
        catch (BoltUnavailableException exception) when (exception.MayRetry)
        {
            Lost(endpoint);
            throw;
        }
    }

    /// <summary>Takes a connection back.</summary>
    /// <param name="connection">From <see cref="AcquireAsync"/>.</param>
    /// <param name="failure">What its use ended with; null where all went well.</param>
    public async Task ReleaseAsync(BoltConnection connection, Exception? failure)
    {
        switch (failure)
        {
            case BoltUnavailableException { MayRetry: true }:
                Lost(connection.Endpoint);
                break;
            case BoltServerException { NotLeader: true }:
                Change(table => table.WithoutWriter(connection.Endpoint));
                break;
            case BoltServerException { AuthorizationExpired: true }:
                Pool(connection.Endpoint).ExpireLogins();
                break;
        }

        await Pool(connection.Endpoint).ReleaseAsync(connection);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pool in _pools.Values)
        {
            await pool.DisposeAsync();
        }
    }

    private BoltPool Pool(BoltEndpoint endpoint) => _pools.GetOrAdd(endpoint, one => new BoltPool(one, options, time));

    private void Lost(BoltEndpoint endpoint)
    {
        Pool(endpoint).Suspect();
        Change(table => table.Without(endpoint));
    }

    private void Change(Func<BoltRoutingTable, BoltRoutingTable> change)
    {
        lock (_lock)
        {
            _table = _table is null ? null : change(_table);
        }
    }

    private async Task<BoltEndpoint> RouteAsync(BoltAccess access, CancellationToken cancellationToken)
    {
        if (Choose(access) is { } known)
        {
            return known;
        }

        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            if (Choose(access) is null)
            {
                var table = await FetchAsync(cancellationToken);
                lock (_lock)
                {
                    (_table, _tableAt) = (table, time.GetTimestamp());
                }

                foreach (var (_, left) in _pools.Where(pool => pool.Key != options.Address.Endpoint && !table.All.Contains(pool.Key)))
                {
                    await left.CloseIdleAsync();
                }
            }
        }
        finally
        {
            _refreshing.Release();
        }

        var nobody = $"The cluster at {options.Address.Endpoint} has no server for a {access}.";
        return Choose(access, fresh: true) ?? throw new BoltUnavailableException(nobody) { MayRetry = true };
    }

    // In turn; null where the table is missing, too old, or has nobody for such work. A fresh table counts even with a ttl of 0.
    private BoltEndpoint? Choose(BoltAccess access, bool fresh = false)
    {
        lock (_lock)
        {
            var valid = _table is not null && (fresh || time.GetElapsedTime(_tableAt) < _table.TimeToLive);
            return valid && _table!.For(access) is { Count: > 0 } servers ? servers[(int)(_next++ % (uint)servers.Count)] : null;
        }
    }

    private async Task<BoltRoutingTable> FetchAsync(CancellationToken cancellationToken)
    {
        List<BoltEndpoint> routers;
        lock (_lock)
        {
            routers = [.. (_table?.Routers ?? []).Append(options.Address.Endpoint).Distinct()];
        }

        var failures = new List<Exception>();
        foreach (var router in routers)
        {
            try
            {
                return await AskAsync(router, cancellationToken);
            }
            catch (BoltException exception) when (exception is not BoltServerException { Unauthorized: true })
            {
                failures.Add(exception);
            }
        }

        var text = string.Join(" ", failures.Select(failure => failure.Message));
        throw new BoltUnavailableException($"No router gave a routing table: {text}", failures[^1])
        {
            MayRetry = failures.Exists(failure => BoltRetry.MayRepeat(failure, idempotent: true)),
        };
    }

    private async Task<BoltRoutingTable> AskAsync(BoltEndpoint router, CancellationToken cancellationToken)
    {
        var pool = Pool(router);
        var connection = await pool.AcquireAsync(cancellationToken);
        try
        {
            return await BoltDeadline.RunAsync(
                options.ConnectionTimeout,
                $"{router} gave no routing table",
                "NEO4J_CONNECTION_TIMEOUT",
                time,
                token => TableAsync(connection, token),
                cancellationToken);
        }
        finally
        {
            await pool.ReleaseAsync(connection);
        }
    }

    private async Task<BoltRoutingTable> TableAsync(BoltConnection connection, CancellationToken cancellationToken)
    {
        if (connection.Version.HasRoute)
        {
            var answer = await connection.RouteAsync(options, cancellationToken);
            var table = answer.GetValueOrDefault("rt") as IReadOnlyDictionary<string, object?> ?? NoParameters;
            return BoltRoutingTable.Parse(table.GetValueOrDefault("ttl"), table.GetValueOrDefault("servers"));
        }

        var parameters = new Dictionary<string, object?>
        {
            ["context"] = BoltConnection.RoutingContext(options),
            ["database"] = options.Database.Length == 0 ? null : options.Database,
        };
        var statement = new CypherStatement("CALL dbms.routing.getRoutingTable($context, $database)", parameters);
        var begin = new BoltBegin(BoltAccess.Read, "system", [], options.ConnectionTimeout);
        var result = await connection.RunAsync(statement, begin, 1, cancellationToken);
        var row = await result.ReadAsync(cancellationToken) ?? [];
        await result.DiscardAsync(cancellationToken);
        return BoltRoutingTable.Parse(Column(result, row, "ttl"), Column(result, row, "servers"));
    }

    private static object? Column(BoltResult result, IReadOnlyList<object?> row, string name) =>
        result.Fields.ToList().IndexOf(name) is >= 0 and var at && at < row.Count ? row[at] : null;
}
