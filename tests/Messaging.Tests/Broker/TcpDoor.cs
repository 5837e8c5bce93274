using System.Net;
using System.Net.Sockets;

namespace Capns.Messaging.Tests.Broker;

/// <summary>A port in front of the broker that is closed until it is opened, and can be closed again with all its connections.</summary>
internal sealed class TcpDoor(string host, int port) : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private TcpListener? _listener;

    /// <summary>Nobody listens on it yet.</summary>
    public int Port { get; } = FreePort();

    public void Open()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _ = AcceptAsync(_listener);
    }

    public void Dispose()
    {
        _end.Cancel();
        _listener?.Dispose();
        _end.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        var end = _end.Token;
        while (!end.IsCancellationRequested)
        {
            _ = CarryAsync(await listener.AcceptTcpClientAsync(end), end);
        }
    }

    private async Task CarryAsync(TcpClient client, CancellationToken end)
    {
        using var inside = new TcpClient();
        using (client)
        {
            await inside.ConnectAsync(host, port, end);
            await Task.WhenAny(
                client.GetStream().CopyToAsync(inside.GetStream(), end),
                inside.GetStream().CopyToAsync(client.GetStream(), end));
        }
    }
}
