using Capns.Hosting.Configuration;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Capns.Hosting.Redis;

/// <summary>The one connection of this process. Starts whether or not the server is there, and comes back by itself.</summary>
public sealed class RedisConnection : IRedis, IRedisChannels, IAsyncDisposable
{
    /// <summary>A call that has no answer by then has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly RedisSettings _settings;
    private readonly ILogger<RedisConnection> _logger;
    private readonly Lazy<Task<ConnectionMultiplexer>> _connecting;
    private readonly CancellationTokenSource _stopped = new();

    public RedisConnection(RedisSettings settings, ILogger<RedisConnection> logger)
    {
        _settings = settings;
        _logger = logger;
        // On the pool: looking up a host name may block, and nobody who only asks whether Redis is there should wait for it.
        _connecting = new Lazy<Task<ConnectionMultiplexer>>(() => Task.Run(ConnectAsync));
    }

    /// <inheritdoc/>
    public bool IsEnabled => _settings.IsEnabled;

    /// <inheritdoc/>
    public bool IsAvailable =>
        // The multiplexer calls itself connected a moment before it sends commands to the server; the database does not.
        IsEnabled && _connecting.Value is { IsCompletedSuccessfully: true } connecting && connecting.Result.GetDatabase().IsConnected(default);

    /// <inheritdoc/>
    public Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] arguments) => CallAsync(async database =>
    {
        try
        {
            return await database.ScriptEvaluateAsync(script, keys, arguments);
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // The server was restarted and has forgotten the script; the client has now noticed and sends it again.
            return await database.ScriptEvaluateAsync(script, keys, arguments);
        }
    });

    /// <inheritdoc/>
    public Task<RedisResult> ExecuteAsync(string command, params object[] arguments) =>
        CallAsync(database => database.ExecuteAsync(command, arguments));

    /// <inheritdoc/>
    public Task SubscribeAsync(string channel, Action<byte[]> handler) => CallAsync(async database =>
    {
        var subscriber = database.Multiplexer.GetSubscriber();
        // An earlier try may have got half-way: a channel has one handler.
        await subscriber.UnsubscribeAsync(channel);
        await subscriber.SubscribeAsync(channel, (_, message) => handler(message));
        return true;
    });

    /// <inheritdoc/>
    public Task UnsubscribeAsync(string channel) => CallAsync(async database =>
    {
        await database.Multiplexer.GetSubscriber().UnsubscribeAsync(channel);
        return true;
    });

    /// <summary>Connects in the background; returns at once.</summary>
    public void Start()
    {
        if (IsEnabled)
        {
            _ = _connecting.Value;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The container disposes of it once per type it is registered as.
        if (_stopped.IsCancellationRequested)
        {
            return;
        }

        await _stopped.CancelAsync();
        if (_connecting is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            var connection = await _connecting.Value;
            await connection.CloseAsync(allowCommandsToComplete: false);
            connection.Dispose();
        }
    }

    private async Task<T> CallAsync<T>(Func<IDatabase, Task<T>> call)
    {
        if (!IsEnabled)
        {
            throw new RedisAwayException("Redis is off: REDIS_URL is not set.");
        }

        try
        {
            var connection = await _connecting.Value.WaitAsync(Patience);
            return await call(connection.GetDatabase()).WaitAsync(Patience);
        }
        catch (Exception exception) when (exception is RedisConnectionException or TimeoutException or ObjectDisposedException or TaskCanceledException)
        {
            throw new RedisAwayException($"Redis at {_settings.Host}:{_settings.Port} does not answer.", exception);
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith("LOADING", StringComparison.Ordinal))
        {
            throw new RedisAwayException($"Redis at {_settings.Host}:{_settings.Port} is still loading its data.", exception);
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        var options = new ConfigurationOptions
        {
            AbortOnConnectFail = false,
            ConnectTimeout = 2000,
            ConnectRetry = 1,
            SyncTimeout = (int)Patience.TotalMilliseconds,
            KeepAlive = 10,
            DefaultDatabase = _settings.Database,
            Password = _settings.Password,
            Ssl = _settings.Tls,
            ReconnectRetryPolicy = new LinearRetry(1000),
        };
        options.EndPoints.Add(_settings.Host, _settings.Port);
        var connection = await TryUntilResolvedAsync(options);
        connection.ConnectionFailed += (_, _) => Log.RedisAway(_logger, _settings.Host, _settings.Port);
        connection.ConnectionRestored += (_, _) => Log.RedisBack(_logger, _settings.Host, _settings.Port);
        if (!connection.IsConnected)
        {
            Log.RedisAway(_logger, _settings.Host, _settings.Port);
        }

        return connection;
    }

    /// <summary>An unreachable server is retried by the client, a host name that cannot be looked up is not.</summary>
    private async Task<ConnectionMultiplexer> TryUntilResolvedAsync(ConfigurationOptions options)
    {
        while (true)
        {
            try
            {
                return await ConnectionMultiplexer.ConnectAsync(options);
            }
            catch (Exception exception) when (exception is RedisConnectionException or System.Net.Sockets.SocketException or AggregateException)
            {
                Log.RedisAway(_logger, _settings.Host, _settings.Port);
                await Task.Delay(TimeSpan.FromSeconds(1), _stopped.Token);
            }
        }
    }
}
