using StackExchange.Redis;

namespace Capns.Testing;

/// <summary>A graph of a test's own on the shared graph server; taken away at the end.</summary>
public sealed class OwnGraph : IAsyncDisposable
{
    private readonly string _name = $"capns_test_{Guid.CreateVersion7():N}";

    /// <summary>A value for <c>FALKORDB_URL</c>.</summary>
    public Uri Url => new(ServerUrls.FalkorDb, $"/{_name}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var options = new ConfigurationOptions { Password = Url.UserInfo.Split(':') is [_, var password] ? Uri.UnescapeDataString(password) : null };
        options.EndPoints.Add(Url.Host, Url.Port);
        using var connection = await ConnectionMultiplexer.ConnectAsync(options);
        await connection.GetDatabase().KeyDeleteAsync(_name);
    }
}
