using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Capns.Testing;

/// <summary>A redis-server of the test's own on a free port, which may be stopped and started again. Keeps nothing on disk.</summary>
public sealed class OwnRedis : IAsyncDisposable
{
    private readonly int _port;
    private Process? _process;

    private OwnRedis(int port) => _port = port;

    /// <summary>A value for <c>REDIS_URL</c>; the same after a restart.</summary>
    public Uri Url => new($"redis://127.0.0.1:{_port}");

    /// <exception cref="System.ComponentModel.Win32Exception">There is no program <c>redis-server</c>.</exception>
    public static async Task<OwnRedis> StartAsync()
    {
        var redis = new OwnRedis(FreePort());
        await redis.StartAgainAsync();
        return redis;
    }

    /// <summary>Starts it on the same port, empty; returns when it answers.</summary>
    public async Task StartAgainAsync()
    {
        _process = Process.Start(new ProcessStartInfo("redis-server")
        {
            ArgumentList = { "--port", $"{_port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", Path.GetTempPath() },
            RedirectStandardOutput = true,
        })!;
        // Nobody reads its log; a full pipe would stop it.
        _process.BeginOutputReadLine();
        await Eventually.TrueAsync(AnswersAsync, $"redis-server at {Url}");
    }

    /// <summary>Kills it; returns when it is gone.</summary>
    public async Task StopAsync()
    {
        if (_process is null)
        {
            return;
        }

        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _port);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[5];
            await stream.ReadExactlyAsync(answer);
            return answer.AsSpan().SequenceEqual("+PONG"u8);
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }
}
