using Capns.Hosting.Configuration;

namespace Capns.Registry.Worker.Discovery;

/// <summary>How the registry asks discovery. Read from the environment; a bad value stops the host.</summary>
internal sealed record DiscoveryOptions
{
    /// <summary>DISCOVERY_TIMEOUT_MS: longest wait for an answer of discovery; then the caller gets 503.</summary>
    /// <value>50 ms to 30 s. Default: 2,000 ms.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">A value is wrong; the message names setting, value and bound.</exception>
    public static DiscoveryOptions Read(EnvironmentReader environment) => new()
    {
        Timeout = TimeSpan.FromMilliseconds(environment.WholeNumber("DISCOVERY_TIMEOUT_MS", 2000, 50, 30_000)),
    };
}
