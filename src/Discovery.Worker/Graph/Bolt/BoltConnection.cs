namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>One logged-in connection; one exchange at a time. Not thread-safe.</summary>
/// <remarks>Cancelling a call breaks the connection, unless nothing was sent yet; see <see cref="BoltExchange"/>.</remarks>
internal sealed class BoltConnection : IAsyncDisposable
{
    private static readonly Dictionary<string, object?> Empty = [];
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(1);

    private readonly BoltTransport _transport;
    private readonly BoltExchange _exchange;
    private bool _inTransaction;

    private BoltConnection(BoltTransport transport, BoltEndpoint endpoint, BoltVersion version)
    {
        (_transport, _exchange, Endpoint) = (transport, new BoltExchange(transport, version), endpoint);
        _transport.Dialect = PackStreamDialect.Of(version, utcPatch: false);
    }

    public BoltEndpoint Endpoint { get; }

    public BoltVersion Version => _exchange.Version;

    /// <summary>The server's name and version as it gave them, for example <c>Neo4j/5.26.0</c>.</summary>
    public string Server { get; private set; } = "";

    /// <summary>It can only be closed.</summary>
    public bool Broken => _exchange.Broken;

    /// <summary>True when the other side has closed, as far as can be seen without asking it.</summary>
    public bool LooksClosed => Broken || _transport.LooksClosed;

    /// <summary>Nothing is under way and nothing has failed: the next user finds it as after the login.</summary>
    public bool Clean => _exchange.Clean && !_inTransaction;

    /// <summary>COMMIT, or a write outside a transaction, was sent: if the connection is lost now, it may have been done.</summary>
    public bool MayHaveWritten { get; private set; }

    /// <summary>Connects, agrees on a version and logs in; the caller limits the time.</summary>
    /// <exception cref="BoltException">That did not work.</exception>
    public static async Task<BoltConnection> OpenAsync(BoltEndpoint endpoint, BoltOptions options, CancellationToken cancellationToken)
    {
        var transport = await BoltSocket.ConnectAsync(endpoint, options, cancellationToken);
        try
        {
            var version = await BoltHandshake.AgreeAsync(transport, options.OnlyVersion, cancellationToken);
            var connection = new BoltConnection(transport, endpoint, version);
            await connection.HelloAsync(options, cancellationToken);
            return connection;
        }
        catch
        {
            await transport.DisposeAsync();
            throw;
        }
    }

    /// <summary>Logs out and in again on the same connection.</summary>
    /// <returns>False where the version cannot (before 5.1); nothing was sent then.</returns>
    public async Task<bool> ReauthenticateAsync(BoltAuth auth, CancellationToken cancellationToken)
    {
        if (!Version.HasLogon)
        {
            return false;
        }

        _exchange.Queue(BoltRequest.Logoff);
        _exchange.Queue(BoltRequest.Logon, new Dictionary<string, object?>(auth.Entries));
        await _exchange.FlushAsync(cancellationToken);
        await _exchange.SummaryAsync(cancellationToken);
        await _exchange.SummaryAsync(cancellationToken);
        return true;
    }

    /// <summary>Runs a query and asks for its first rows in the same write.</summary>
    /// <param name="statement">Text and parameters.</param>
    /// <param name="begin">Outside a transaction: what BEGIN would carry. Inside: null.</param>
    /// <param name="fetch">Rows that come before the server waits to be asked again.</param>
    /// <param name="cancellationToken">Breaks the connection.</param>
    public async Task<BoltResult> RunAsync(CypherStatement statement, BoltBegin? begin, int fetch, CancellationToken cancellationToken)
    {
        MayHaveWritten = begin is { Access: BoltAccess.Write };
        QueueRun(statement, begin);
        _exchange.Queue(BoltRequest.Pull, BoltResult.Count(fetch));
        await _exchange.FlushAsync(cancellationToken);
        _exchange.Streaming = true;
        var run = await _exchange.SummaryAsync(cancellationToken);
        return new BoltResult(_exchange, run.GetValueOrDefault("fields") as IReadOnlyList<object?> ?? [], fetch);
    }

    /// <summary>Opens a transaction and runs statements in it without their rows; so few in one write that no side blocks.</summary>
    public async Task RunAllAsync(IReadOnlyList<CypherStatement> statements, BoltBegin begin, CancellationToken cancellationToken)
    {
        const int Together = 16;
        (_inTransaction, MayHaveWritten) = (true, false);
        _exchange.Queue(BoltRequest.Begin, begin.ToExtra());
        for (var from = 0; from < statements.Count || from == 0; from += Together)
        {
            foreach (var statement in statements.Skip(from).Take(Together))
            {
                QueueRun(statement, null);
                _exchange.Queue(BoltRequest.Discard, BoltResult.Count(-1));
            }

            await _exchange.FlushAsync(cancellationToken);
            while (_exchange.Waiting)
            {
                await _exchange.SummaryAsync(cancellationToken);
            }
        }
    }

    public async Task BeginAsync(BoltBegin begin, CancellationToken cancellationToken)
    {
        (_inTransaction, MayHaveWritten) = (true, false);
        await _exchange.RequestAsync(BoltRequest.Begin, cancellationToken, begin.ToExtra());
    }

    /// <returns>The bookmark of what was written; null where the server gives none.</returns>
    public async Task<string?> CommitAsync(CancellationToken cancellationToken)
    {
        MayHaveWritten = true;
        var summary = await _exchange.RequestAsync(BoltRequest.Commit, cancellationToken);
        _inTransaction = false;
        return summary.GetValueOrDefault("bookmark") as string;
    }

    public async Task RollbackAsync(CancellationToken cancellationToken)
    {
        await _exchange.RequestAsync(BoltRequest.Rollback, cancellationToken);
        _inTransaction = false;
    }

    /// <summary>Ends whatever is under way, rolling a transaction back, and reads past every answer that is still to come.</summary>
    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        _exchange.Queue(BoltRequest.Reset);
        await _exchange.FlushAsync(cancellationToken);
        await _exchange.DrainAsync(cancellationToken);
        _inTransaction = false;
    }

    /// <summary>Asks for the routing table (from 4.3).</summary>
    public Task<IReadOnlyDictionary<string, object?>> RouteAsync(BoltOptions options, CancellationToken cancellationToken)
    {
        object? database = options.Database.Length == 0 ? null : options.Database;
        var extra = !Version.HasRouteExtra ? database : database is null ? Empty : new Dictionary<string, object?> { ["db"] = database };
        return _exchange.RequestAsync(BoltRequest.Route, cancellationToken, RoutingContext(options), Array.Empty<object>(), extra);
    }

    /// <summary>What HELLO and ROUTE say about the address that was dialled.</summary>
    public static IReadOnlyDictionary<string, object?> RoutingContext(BoltOptions options)
    {
        var context = options.Address.Context.ToDictionary(pair => pair.Key, object? (pair) => pair.Value);
        context["address"] = options.Address.Endpoint.ToString();
        return context;
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(GoodbyeTime);
        await _exchange.CloseAsync(limit.Token);
    }

    private void QueueRun(CypherStatement statement, BoltBegin? begin) =>
        _exchange.Queue(BoltRequest.Run, statement.Text, statement.Parameters, begin?.ToExtra() ?? Empty);

    private async Task HelloAsync(BoltOptions options, CancellationToken cancellationToken)
    {
        var hello = new Dictionary<string, object?> { ["user_agent"] = BoltOptions.UserAgent };
        if (options.Address.Routing)
        {
            hello["routing"] = RoutingContext(options);
        }

        if (Version.HasBoltAgent)
        {
            var agent = typeof(BoltConnection).Assembly.GetName();
            hello["bolt_agent"] = new Dictionary<string, object?> { ["product"] = $"capns-bolt/{agent.Version}" };
        }

        if (Version.HasUtcPatch)
        {
            hello["patch_bolt"] = new[] { "utc" };
        }

        if (!Version.HasLogon)
        {
            foreach (var (key, value) in options.Login.Entries)
            {
                hello[key] = value;
            }
        }

        _exchange.Queue(BoltRequest.Hello, hello);
        if (Version.HasLogon)
        {
            _exchange.Queue(BoltRequest.Logon, new Dictionary<string, object?>(options.Login.Entries));
        }

        await _exchange.FlushAsync(cancellationToken);
        var answer = await _exchange.SummaryAsync(cancellationToken);
        Server = answer.GetValueOrDefault("server") as string ?? "";
        var patched = answer.GetValueOrDefault("patch_bolt") is IReadOnlyList<object?> patches && patches.Contains("utc");
        _transport.Dialect = PackStreamDialect.Of(Version, patched && Version.HasUtcPatch);
        if (Version.HasLogon)
        {
            await _exchange.SummaryAsync(cancellationToken);
        }
    }
}
