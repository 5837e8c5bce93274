using Capns.Registry.Worker.Streams.Live.Sockets;

namespace Capns.Registry.Worker.Streams.Live.Sessions;

/// <summary>A session's way to its socket. Thread-safe.</summary>
internal interface ISocketLink
{
    /// <summary>Sends what waits, as far as the client takes it, then closes. Only the first call counts.</summary>
    /// <param name="code">Sent with it.</param>
    /// <param name="reason">ASCII, for people.</param>
    /// <param name="dropsWaiting">True: what waits is not sent; the client is too slow for it.</param>
    void Close(CloseCode code, string reason, bool dropsWaiting = false);
}
