using StackExchange.Redis;

namespace Capns.Testing;

/// <summary>The shared Redis server. Tests keep apart by key: start each with <see cref="Prefix"/> or an own execution id.</summary>
public sealed class TestRedis : IAsyncDisposable
{
    private TestRedis(ConnectionMultiplexer connection) => Connection = connection;

    /// <summary>Unlike any other test's.</summary>
    public string Prefix { get; } = $"test:{Guid.CreateVersion7():N}:";

    /// <summary>A value for <c>REDIS_URL</c>.</summary>
    public static Uri Url => ServerUrls.Redis;

    /// <summary>The connection; closed at the end.</summary>
    public ConnectionMultiplexer Connection { get; }

    /// <summary>Its default database.</summary>
    public IDatabase Database => Connection.GetDatabase();

    /// <exception cref="RedisConnectionException">The server does not answer.</exception>
    public static async Task<TestRedis> ConnectAsync() => new(await OpenAsync(Url));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Connection.CloseAsync();
        Connection.Dispose();
    }

    internal static Task<ConnectionMultiplexer> OpenAsync(Uri url)
    {
        var options = new ConfigurationOptions { AbortOnConnectFail = true, ConnectTimeout = 5000 };
        options.EndPoints.Add(url.Host, url.Port);
        return ConnectionMultiplexer.ConnectAsync(options);
    }
}
