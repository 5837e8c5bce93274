using Capns.Hosting.Configuration;

namespace Capns.Registry.Worker.Streams;

/// <summary>How much of an execution's events Redis keeps. Read from the environment; a bad value stops the host.</summary>
internal sealed record StreamOptions
{
    /// <summary><c>EVENT_STREAM_BUFFER_SIZE</c>: entries that a stream keeps, about. Runners trim the same streams, so give them the same value.</summary>
    /// <value>1 to 1,000,000. Default: 1,000.</value>
    public int BufferSize { get; init; } = 1000;

    /// <summary>Reads the setting.</summary>
    /// <exception cref="SettingException">The value cannot be used.</exception>
    public static StreamOptions Read(EnvironmentReader environment) =>
        new() { BufferSize = environment.WholeNumber("EVENT_STREAM_BUFFER_SIZE", 1000, 1, 1_000_000) };
}
