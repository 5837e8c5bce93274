using Capns.Hosting.Configuration;

namespace Capns.Registry.Worker.Api.Limits;

/// <summary>How often one caller may ask over HTTP (platform spec 4.2, 10.4). Read from the environment; a bad value stops the host.</summary>
internal sealed record RequestLimitOptions
{
    /// <summary>RATE_LIMIT_WINDOW: the window opens with the first request and is never prolonged.</summary>
    /// <value>1 s to 1 h. Default: 60,000 ms.</value>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>RATE_LIMIT_MAX: requests of one caller in a window.</summary>
    /// <value>1 to 1,000,000. Default: 100.</value>
    public int Requests { get; init; } = 100;

    /// <summary>RATE_LIMIT_REGISTRATIONS: registrations and published versions of one caller in a window.</summary>
    /// <value>1 to 1,000,000. Default: 10.</value>
    public int Registrations { get; init; } = 10;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">A value is wrong; the message names setting, value and bound.</exception>
    public static RequestLimitOptions Read(EnvironmentReader environment) => new()
    {
        Window = environment.Duration("RATE_LIMIT_WINDOW", TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        Requests = environment.WholeNumber("RATE_LIMIT_MAX", 100, 1, 1_000_000),
        Registrations = environment.WholeNumber("RATE_LIMIT_REGISTRATIONS", 10, 1, 1_000_000),
    };
}
