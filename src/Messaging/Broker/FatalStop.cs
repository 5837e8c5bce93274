using Microsoft.Extensions.Hosting;

namespace Capns.Messaging.Broker;

/// <summary>Ends the process when going on would be wrong, so that its supervisor restarts it or a person looks.</summary>
internal sealed class FatalStop(Action<int> end)
{
    /// <summary>Exit code: the broker or the settings must be corrected by a person (sysexits: EX_CONFIG).</summary>
    public const int Configuration = 78;

    /// <summary>Exit code: this process is broken, a restart helps (sysexits: EX_SOFTWARE).</summary>
    public const int Broken = 70;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>Stops the host; after 30 s ends the process whatever still runs.</summary>
    public static FatalStop ForHost(IHostApplicationLifetime? lifetime, TimeProvider clock) => new(exitCode =>
    {
        if (lifetime is not null)
        {
            Environment.ExitCode = exitCode;
            lifetime.StopApplication();
            _ = ForceAsync(exitCode, clock);
        }
    });

    /// <summary>Returns at once.</summary>
    public void Stop(int exitCode) => end(exitCode);

    private static async Task ForceAsync(int exitCode, TimeProvider clock)
    {
        await Task.Delay(Grace, clock);
        Environment.Exit(exitCode);
    }
}
