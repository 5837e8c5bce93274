using System.Net.Sockets;

namespace Capns.Runner.Worker.Sandboxing.Containers.Engine;

/// <summary>A connection to a container's stdin, stdout and stderr. One reader and one writer at a time.</summary>
/// <param name="stream">Both directions.</param>
/// <param name="socket">Below the stream; its sending half ends the program's stdin.</param>
/// <param name="owner">Released with the stream.</param>
internal sealed class ContainerStream(Stream stream, Socket socket, IDisposable owner) : IAsyncDisposable
{
    /// <summary>What the program writes.</summary>
    public FrameReader Output { get; } = new(stream);

    /// <summary>Gives the program input; waits while the program does not read.</summary>
    /// <exception cref="IOException">The program, or the engine, is gone.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        stream.WriteAsync(bytes, cancellationToken);

    /// <summary>The program sees the end of its input. Its output still comes.</summary>
    public void EndInput()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The engine closed first, because the program ended: there is nobody left to tell.
        }
    }

    /// <summary>Closes both directions.</summary>
    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        owner.Dispose();
    }
}
