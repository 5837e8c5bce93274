using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Capns.Runner.Worker.Sandboxing.Containers.Engine;

/// <summary>Where a container engine listens: <c>unix:///path</c> or <c>tcp://host:port</c>, as in <c>DOCKER_HOST</c>.</summary>
/// <remarks>TCP is plain: TLS is not offered, so use it on a private network only.</remarks>
internal sealed class EngineEndpoint
{
    private readonly EndPoint _address;

    private EngineEndpoint(string text, EndPoint address)
    {
        Text = text;
        _address = address;
    }

    /// <summary>As it was given.</summary>
    public string Text { get; }

    /// <summary>True when the engine shares this host's kernel, unless a virtual machine hides behind the socket.</summary>
    public bool IsLocal => _address is UnixDomainSocketEndPoint;

    /// <summary>Reads an address.</summary>
    /// <param name="text">The address, e.g. <c>unix:///var/run/docker.sock</c>.</param>
    /// <param name="endpoint">The endpoint, when the text is one.</param>
    /// <param name="error">Else what is wrong, naming the text.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out EngineEndpoint? endpoint, [NotNullWhen(false)] out string? error)
    {
        endpoint = null;
        error = null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            if (uri is { Scheme: "unix", Host: "", AbsolutePath.Length: > 1 })
            {
                endpoint = new EngineEndpoint(text, new UnixDomainSocketEndPoint(Uri.UnescapeDataString(uri.AbsolutePath)));
                return true;
            }

            if (uri is { Scheme: "tcp", Host.Length: > 0, Port: > 0 })
            {
                endpoint = new EngineEndpoint(text, new DnsEndPoint(uri.Host, uri.Port));
                return true;
            }
        }

        error = $"DOCKER_HOST is '{text}'; it must be unix:///<path> or tcp://<host>:<port>.";
        return false;
    }

    /// <summary>Opens a connection.</summary>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = _address is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(_address, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
