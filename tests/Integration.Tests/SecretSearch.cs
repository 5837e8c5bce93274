using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Capns.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Capns.Integration.Tests;

/// <summary>Collects all that a platform writes and says, wherever it goes, to be searched for what must not be there.</summary>
internal sealed class SecretSearch : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Place, byte[] Content)> _seen = new();
    private readonly WebApplication _collector;
    private Process? _redis;

    private SecretSearch(WebApplication collector) => _collector = collector;

    /// <summary>Where traces go (OTLP over HTTP).</summary>
    public Uri Traces => new(_collector.Urls.First());

    public static async Task<SecretSearch> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var search = new SecretSearch(builder.Build());
        search._collector.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            search.Saw("traces", body.ToArray());
            context.Response.StatusCode = StatusCodes.Status200OK;
        });
        await search._collector.StartAsync();
        return search;
    }

    /// <summary>Something was seen at a place.</summary>
    public void Saw(string place, byte[] content) => _seen.Enqueue((place, content));

    /// <inheritdoc cref="Saw(string, byte[])"/>
    public void Saw(string place, string content) => Saw(place, Encoding.UTF8.GetBytes(content));

    /// <summary>Every command that any client sends to a Redis server from now on, published messages included.</summary>
    public async Task WatchRedisAsync(OwnRedis redis)
    {
        var watching = new TaskCompletionSource();
        _redis = Process.Start(new ProcessStartInfo("redis-cli", ["-u", redis.Url.ToString(), "MONITOR"]) { RedirectStandardOutput = true })!;
        _redis.OutputDataReceived += (_, line) =>
        {
            watching.TrySetResult();
            Saw("redis", line.Data ?? "");
        };
        _redis.BeginOutputReadLine();
        await watching.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>Every frame of a WebSocket until it is closed.</summary>
    public async Task WatchSocketAsync(Uri address, string token)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        await socket.ConnectAsync(address, default);
        _ = Task.Run(async () =>
        {
            using var open = socket;
            var buffer = new byte[64 * 1024];
            try
            {
                while (await open.ReceiveAsync(buffer.AsMemory(), default) is { MessageType: not WebSocketMessageType.Close } part)
                {
                    Saw("websocket", buffer[..part.Count]);
                }
            }
            catch (WebSocketException)
            {
                // The registry is gone.
            }
        });
    }

    /// <summary>Every row of every table, in whatever schema; bytes are written in hexadecimal digits.</summary>
    public async Task DumpDatabaseAsync(TestDatabase database)
    {
        var tables = new List<string>();
        await using (var names = database.Source.CreateCommand(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"))
        await using (var reader = await names.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                tables.Add(reader.GetString(0));
            }
        }

        foreach (var table in tables)
        {
            await using var rows = database.Source.CreateCommand($"SELECT t::text FROM {table} t");
            await using var reader = await rows.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                Saw($"table {table}", reader.GetString(0));
            }
        }
    }

    /// <summary>Every message that lies in a queue; it stays there.</summary>
    /// <returns>Names of the queues that held something.</returns>
    public async Task<IReadOnlyList<string>> DumpQueuesAsync(TestBroker broker)
    {
        using var management = new HttpClient { BaseAddress = ServerUrls.RabbitMqManagement };
        management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(ServerUrls.RabbitMq.UserInfo))));
        var full = new List<string>();
        foreach (var queue in (await management.GetFromJsonAsync<JsonArray>($"/api/queues/{broker.VirtualHost}"))!)
        {
            var name = (string)queue!["name"]!;
            using var answer = await management.PostAsJsonAsync(
                $"/api/queues/{broker.VirtualHost}/{Uri.EscapeDataString(name)}/get", new { count = 1000, ackmode = "ack_requeue_true", encoding = "base64" });
            foreach (var message in answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonArray>())! : [])
            {
                full.Add(name);
                Saw($"queue {name}", Convert.FromBase64String((string)message!["payload"]!));
                Saw($"queue {name}, properties", message["properties"]!.ToJsonString());
            }
        }

        return full;
    }

    /// <summary>The places that hold a value: as it is, in hexadecimal digits, or in base64 at any offset.</summary>
    public IReadOnlyList<string> PlacesOf(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        var forms = new List<string> { value, Convert.ToHexStringLower(bytes), Convert.ToHexString(bytes) };
        for (var offset = 0; offset < 3; offset++)
        {
            // Without the characters that depend on what stands before and after it.
            var padded = Convert.ToBase64String([.. new byte[offset], .. bytes]).TrimEnd('=');
            forms.Add(padded[(offset == 0 ? 0 : 4)..^3]);
        }

        var wanted = forms.Select(Encoding.UTF8.GetBytes).ToList();
        return [.. _seen.Where(seen => wanted.Exists(form => seen.Content.AsSpan().IndexOf(form) >= 0)).Select(seen => seen.Place).Distinct().Order(StringComparer.Ordinal)];
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is { HasExited: false })
        {
            _redis.Kill();
            await _redis.WaitForExitAsync();
        }

        _redis?.Dispose();
        await _collector.DisposeAsync();
    }
}
