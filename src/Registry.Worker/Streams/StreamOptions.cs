using Capns.Hosting.Configuration;

namespace Capns.Registry.Worker.Streams;

/// <summary>Limits of live streams (platform spec 4.6, 4.7, 10.4). Read from the environment; a bad value stops the host.</summary>
internal sealed record StreamOptions
{
    /// <summary><c>EVENT_STREAM_BUFFER_SIZE</c>: entries that a stream in Redis keeps, about, and events that may wait for one client.</summary>
    /// <value>1 to 1,000,000. Default: 1,000. Runners trim the same streams, so give them the same value.</value>
    public int BufferSize { get; init; } = 1000;

    /// <summary><c>EVENT_STREAM_MAX_CLIENTS</c>: listeners of one execution or discussion on this instance, over WebSocket and SSE together.</summary>
    /// <value>1 to 100,000. Default: 100.</value>
    public int MaxListeners { get; init; } = 100;

    /// <summary><c>WS_MAX_CLIENTS</c>: WebSockets of this instance.</summary>
    /// <value>1 to 100,000. Default: 1,000.</value>
    public int MaxSockets { get; init; } = 1000;

    /// <summary><c>HEARTBEAT_INTERVAL</c>: between pings of a WebSocket, and between comments of SSE.</summary>
    /// <value>1,000 to 3,600,000 ms. Default: 30,000.</value>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>WS_ALLOW_QUERY_TOKEN</c>: a WebSocket may log in by <c>?token=</c>. Addresses end up in logs of proxies.</summary>
    /// <value>Default: false.</value>
    public bool AllowQueryToken { get; init; }

    /// <summary><c>WEBSOCKET_PORT</c>: WebSockets are served there and nowhere else, and nothing else is.</summary>
    /// <value>1 to 65,535. Null, the default: with everything else on <c>PORT</c>.</value>
    public int? Port { get; init; }

    /// <summary><c>ENABLE_WEBSOCKET</c>. Default: true.</summary>
    public bool WebSockets { get; init; } = true;

    /// <summary>Names <see cref="Port"/>.</summary>
    public const string PortVariable = "WEBSOCKET_PORT";

    /// <summary>Rooms of one client (platform spec 4.7).</summary>
    public const int MaxRooms = 100;

    /// <summary>Frames of one client in a second (platform spec 4.7).</summary>
    public const int FramesPerSecond = 20;

    /// <summary>Bytes of a client's frame or message (platform spec 4.7).</summary>
    public const int FrameBytes = 64 * 1024;

    /// <summary>A client logs in by then (platform spec 4.7).</summary>
    public static readonly TimeSpan LoginPatience = TimeSpan.FromSeconds(5);

    /// <summary>A client is told so long before its token ends (platform spec 4.7).</summary>
    public static readonly TimeSpan ExpiryNotice = TimeSpan.FromSeconds(60);

    /// <summary>So long a client's buffer may be full, and so long it may send too many frames (platform spec 4.7).</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">A value cannot be used.</exception>
    public static StreamOptions Read(EnvironmentReader environment) => new()
    {
        BufferSize = environment.WholeNumber("EVENT_STREAM_BUFFER_SIZE", 1000, 1, 1_000_000),
        MaxListeners = environment.WholeNumber("EVENT_STREAM_MAX_CLIENTS", 100, 1, 100_000),
        MaxSockets = environment.WholeNumber("WS_MAX_CLIENTS", 1000, 1, 100_000),
        Heartbeat = TimeSpan.FromMilliseconds(environment.WholeNumber("HEARTBEAT_INTERVAL", 30_000, 1000, 3_600_000)),
        AllowQueryToken = environment.Flag("WS_ALLOW_QUERY_TOKEN", otherwise: false),
        Port = environment.Text(PortVariable) is null ? null : environment.WholeNumber(PortVariable, 0, 1, 65535),
        WebSockets = environment.Flag("ENABLE_WEBSOCKET", otherwise: true),
    };
}
