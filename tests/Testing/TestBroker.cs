using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Capns.Testing;

/// <summary>A virtual host and a login of one's own on the test broker; both are deleted at the end, whatever is in them.</summary>
public sealed class TestBroker : IAsyncDisposable
{
    private readonly HttpClient _management;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private IConnection? _connection;
    private bool _gone;

    private TestBroker(string name)
    {
        VirtualHost = name;
        _management = new HttpClient { BaseAddress = ServerUrls.RabbitMqManagement };
        _management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(ServerUrls.RabbitMq.UserInfo))));
        var broker = ServerUrls.RabbitMq;
        Url = new Uri($"{broker.Scheme}://{name}:{name}@{broker.Host}:{broker.Port}/{name}");
    }

    /// <summary>Also the name and the password of the login.</summary>
    public string VirtualHost { get; }

    /// <summary>AMQP address with login and virtual host: a value for <c>RABBITMQ_URL</c>.</summary>
    public Uri Url { get; }

    /// <exception cref="HttpRequestException">The management API does not answer or refuses the login.</exception>
    public static async Task<TestBroker> CreateAsync()
    {
        var broker = new TestBroker($"capns-test-{Guid.CreateVersion7():N}");
        await broker.CreateVirtualHostAsync();
        return broker;
    }

    /// <summary>Closes every connection to this virtual host from the broker's side.</summary>
    public async Task CloseConnectionsAsync()
    {
        // The broker learns of its connections one after the other, a moment after it has accepted them: when it knows
        // the last one, it has closed those before.
        await using var last = await new ConnectionFactory { Uri = Url, AutomaticRecoveryEnabled = false }.CreateConnectionAsync("last");
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await SendAsync(HttpMethod.Delete, $"/api/connections/username/{VirtualHost}", body: null);
                }
                catch (HttpRequestException exception) when (exception.StatusCode == HttpStatusCode.InternalServerError)
                {
                    // What the broker answers when one of them ended while it closed them; those after it are still open.
                }

                return !last.IsOpen;
            },
            $"the connections to {VirtualHost} to close");
    }

    /// <summary>A new channel with publisher confirms on a connection that all channels of this fixture share.</summary>
    public async Task<IChannel> OpenChannelAsync()
    {
        while (true)
        {
            var connection = await ConnectionAsync();
            try
            {
                return await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
            }
            catch (OperationInterruptedException) when (!connection.IsOpen)
            {
                // Closed by CloseConnectionsAsync, which the connection learned of only now.
            }
        }
    }

    /// <summary>What the broker says now about a queue (a passive declaration, so without the delay of the management statistics).</summary>
    /// <returns>Null when there is no such queue.</returns>
    public async Task<QueueStats?> QueueAsync(string queue)
    {
        await using var channel = await OpenChannelAsync();
        try
        {
            var declared = await channel.QueueDeclarePassiveAsync(queue);
            return new QueueStats((int)declared.MessageCount, (int)declared.ConsumerCount);
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return null;
        }
    }

    /// <summary>Takes and acknowledges the next message of a queue, waiting up to <paramref name="within"/> (default 10 s).</summary>
    /// <exception cref="TimeoutException">No message came.</exception>
    public async Task<BasicGetResult> TakeAsync(string queue, TimeSpan? within = null)
    {
        await using var channel = await OpenChannelAsync();
        return await Eventually.GetAsync(() => channel.BasicGetAsync(queue, autoAck: true), $"a message in {queue}", within);
    }

    /// <summary>A queue of one's own, bound to an exchange that exists, to hear what is published there.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> ListenAsync(string exchange, string routingKey = "")
    {
        await using var channel = await OpenChannelAsync();
        var queue = $"heard.{Guid.CreateVersion7():N}";
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync(queue, exchange, routingKey);
        return queue;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_gone)
        {
            return;
        }

        _gone = true;
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        await SendAsync(HttpMethod.Delete, $"/api/vhosts/{VirtualHost}", body: null);
        await SendAsync(HttpMethod.Delete, $"/api/users/{VirtualHost}", body: null);
        _management.Dispose();
        _opening.Dispose();
    }

    private async Task CreateVirtualHostAsync()
    {
        await SendAsync(HttpMethod.Put, $"/api/vhosts/{VirtualHost}", new { description = "a test's own" });
        await SendAsync(HttpMethod.Put, $"/api/users/{VirtualHost}", new { password = VirtualHost, tags = "monitoring" });
        await SendAsync(
            HttpMethod.Put,
            $"/api/permissions/{VirtualHost}/{VirtualHost}",
            new { configure = ".*", write = ".*", read = ".*" });
    }

    private async Task SendAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await _management.SendAsync(request);
        if (response.StatusCode != HttpStatusCode.NotFound)
        {
            response.EnsureSuccessStatusCode();
        }
    }

    private async Task<IConnection> ConnectionAsync()
    {
        await _opening.WaitAsync();
        try
        {
            if (_connection is not { IsOpen: true })
            {
                _connection = await new ConnectionFactory { Uri = Url, AutomaticRecoveryEnabled = false }.CreateConnectionAsync("fixture");
            }

            return _connection;
        }
        finally
        {
            _opening.Release();
        }
    }
}

/// <summary>Messages ready for delivery and consumers of a queue.</summary>
public sealed record QueueStats(int Messages, int Consumers);
