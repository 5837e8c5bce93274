using Capns.Hosting.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Options;

namespace Capns.Hosting;

/// <summary>How every worker's program starts.</summary>
public static class CapnsHost
{
    /// <summary>Exit code for settings that cannot be used (<c>EX_CONFIG</c> of sysexits.h).</summary>
    public const int BadSettings = 78;

    /// <summary>Reads the settings, sets up logs, health, metrics, tracing and the listening address.</summary>
    /// <param name="args">The program's; only <c>--urls</c>-like host settings are ignored in favour of <c>HOST</c> and <c>PORT</c>.</param>
    /// <param name="worker"><c>registry</c>, <c>runner</c> or <c>discovery</c>.</param>
    /// <param name="environment">Default: this process's variables.</param>
    /// <exception cref="SettingException">A value cannot be used.</exception>
    public static CapnsHostBuilder CreateBuilder(string[] args, string worker, EnvironmentReader? environment = null) =>
        new(args, worker, environment ?? EnvironmentReader.Process);

    /// <summary>Runs a worker until it is told to stop; for <c>Program.cs</c>.</summary>
    /// <param name="args">The program's.</param>
    /// <param name="worker">See <see cref="CreateBuilder"/>.</param>
    /// <param name="build">Registers the worker's own services.</param>
    /// <param name="map">Maps the worker's own addresses.</param>
    /// <returns>The exit code: 0, or <see cref="BadSettings"/> after one sentence on standard error.</returns>
    public static async Task<int> RunAsync(string[] args, string worker, Action<CapnsHostBuilder> build, Action<WebApplication>? map = null)
    {
        try
        {
            var builder = CreateBuilder(args, worker);
            build(builder);
            await using var app = builder.Build();
            map?.Invoke(app);
            await app.RunAsync();
            return Environment.ExitCode;
        }
        catch (Exception exception) when (exception is SettingException or OptionsValidationException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return BadSettings;
        }
    }
}
