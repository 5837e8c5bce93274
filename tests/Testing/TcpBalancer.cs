using System.Net;
using System.Net.Sockets;

namespace Capns.Testing;

/// <summary>A plain TCP balancer: each connection goes to the next address that takes it. Knows nothing of what it carries.</summary>
public sealed class TcpBalancer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IReadOnlyList<Uri> _targets;
    private readonly CancellationTokenSource _stopped = new();
    private int _next;

    private TcpBalancer(IReadOnlyList<Uri> targets)
    {
        _targets = targets;
        _listener.Start(1024);
        _ = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Starts one.</summary>
    /// <param name="targets">Scheme and path are not looked at.</param>
    public static TcpBalancer Start(params IReadOnlyList<Uri> targets) => new(targets);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                _ = CarryAsync(await _listener.AcceptTcpClientAsync(_stopped.Token));
            }
            catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Stopped, or a client that was gone before it was taken.
            }
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using (client)
        {
            using var server = await ConnectAsync();
            if (server is null)
            {
                return;
            }

            client.NoDelay = server.NoDelay = true;
            var (near, far) = (client.GetStream(), server.GetStream());
            using var over = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token);
            var both = new[] { near.CopyToAsync(far, over.Token), far.CopyToAsync(near, over.Token) };
            await Task.WhenAny(both);
            // Either side's end is the end of both.
            await over.CancelAsync();
            await Task.WhenAll(both).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<TcpClient?> ConnectAsync()
    {
        for (var tries = 0; tries < _targets.Count; tries++)
        {
            var target = _targets[(Interlocked.Increment(ref _next) & int.MaxValue) % _targets.Count];
            var server = new TcpClient();
            try
            {
                await server.ConnectAsync(target.Host, target.Port, _stopped.Token);
                return server;
            }
            catch (Exception away) when (away is SocketException or OperationCanceledException)
            {
                server.Dispose();
            }
        }

        return null;
    }
}
