using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Capns.Discovery.Worker.Graph.Bolt;

namespace Capns.Discovery.Worker.Tests.Graph.Bolt;

/// <summary>Carries bytes to a server until it is told to cut every connection.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly BoltEndpoint _target;
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly Task _accepting;

    public CuttingProxy(BoltEndpoint target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public BoltEndpoint Endpoint => new("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);

    /// <summary>Cuts what is open; new connections are carried.</summary>
    public void Cut()
    {
        while (_sockets.TryTake(out var socket))
        {
            socket.Close(0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                _sockets.Add(client);
                _ = CarryAsync(client);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task CarryAsync(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _sockets.Add(server);
        try
        {
            await server.ConnectAsync(_target.Host, _target.Port);
            await using var there = new NetworkStream(server);
            await using var here = new NetworkStream(client);
            await Task.WhenAny(here.CopyToAsync(there), there.CopyToAsync(here));
        }
        catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
        {
            // Cut.
        }
        finally
        {
            client.Dispose();
            server.Dispose();
        }
    }
}
