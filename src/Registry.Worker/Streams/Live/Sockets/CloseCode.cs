namespace Capns.Registry.Worker.Streams.Live.Sockets;

/// <summary>Why a WebSocket is closed (RFC 6455 section 7.4.1; platform spec 4.7).</summary>
internal enum CloseCode
{
    /// <summary>Done.</summary>
    Normal = 1000,

    /// <summary>This instance stops, or the client does not answer pings.</summary>
    GoingAway = 1001,

    /// <summary>Not what RFC 6455 allows.</summary>
    ProtocolError = 1002,

    /// <summary>Binary frames are not read.</summary>
    Unsupported = 1003,

    /// <summary>Text that is no UTF-8.</summary>
    InvalidText = 1007,

    /// <summary>No login, an ended one, or too many frames.</summary>
    PolicyViolation = 1008,

    /// <summary>A frame or message is too large.</summary>
    TooLarge = 1009,

    /// <summary>Something broke inside.</summary>
    InternalError = 1011,

    /// <summary>The client has been too slow for too long; it should come again.</summary>
    TryAgainLater = 1013,
}
