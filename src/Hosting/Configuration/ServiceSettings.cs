using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Capns.Hosting.Configuration;

/// <summary>What every worker has: its name, where it listens, how it logs (platform spec 10.4).</summary>
public sealed record ServiceSettings
{
    /// <summary><c>registry</c>, <c>runner</c> or <c>discovery</c>.</summary>
    public required string Worker { get; init; }

    /// <summary><c>SERVICE_NAME</c>; label <c>service</c> of every metric. Default: <c>capability-registry</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>SERVICE_VERSION</c>, else <c>VERSION</c>, else the build's.</summary>
    public required string Version { get; init; }

    /// <summary><c>HOST</c>: the address it listens on; <c>*</c> is every address. Default: 127.0.0.1; runners and discovery ask nobody for a login.</summary>
    public required string Host { get; init; }

    /// <summary><c>PORT</c>, 0 (any free one) to 65535. Default: registry 3003, runner 3103, discovery 3203.</summary>
    public required int Port { get; init; }

    /// <summary><c>LOG_LEVEL</c>: trace, debug, info (default), warn, error, fatal or off.</summary>
    public required LogLevel LogLevel { get; init; }

    /// <summary><c>METRICS_ENABLED</c>. Default: true.</summary>
    public required bool MetricsEnabled { get; init; }

    /// <summary><c>METRICS_PORT</c>. Absent: <see cref="Port"/>.</summary>
    public int? MetricsPort { get; init; }

    /// <summary><c>OTEL_EXPORTER_OTLP_ENDPOINT</c>. Absent: no traces are sent.</summary>
    public Uri? TraceEndpoint { get; init; }

    /// <summary><c>SHUTDOWN_DRAIN_MS</c>: how long running work may go on after a stop signal, 0 to 10 min. Default: 30 s.</summary>
    public required TimeSpan ShutdownDrain { get; init; }

    /// <summary>Unlike any other running instance's; part of queue names and traces.</summary>
    public required string InstanceId { get; init; }

    /// <exception cref="SettingException">A value cannot be used.</exception>
    public static ServiceSettings Read(EnvironmentReader environment, string worker) => new()
    {
        Worker = worker,
        Name = environment.Text("SERVICE_NAME") ?? "capability-registry",
        Version = environment.Text("SERVICE_VERSION") ?? environment.Text("VERSION") ?? BuildVersion(),
        Host = environment.Text("HOST") ?? "127.0.0.1",
        Port = environment.WholeNumber("PORT", DefaultPort(worker), 0, 65535),
        LogLevel = ReadLogLevel(environment),
        MetricsEnabled = environment.Flag("METRICS_ENABLED", true),
        MetricsPort = environment.Text("METRICS_PORT") is null ? null : environment.WholeNumber("METRICS_PORT", 0, 1, 65535),
        TraceEndpoint = environment.Url("OTEL_EXPORTER_OTLP_ENDPOINT", "http", "https"),
        ShutdownDrain = environment.Duration("SHUTDOWN_DRAIN_MS", TimeSpan.FromSeconds(30), TimeSpan.Zero, TimeSpan.FromMinutes(10)),
        InstanceId = $"{worker}-{Guid.CreateVersion7():N}",
    };

    /// <summary><c>ASPNETCORE_ENVIRONMENT</c>, else <c>NODE_ENV</c>, else Production; <c>development</c> is read as Development.</summary>
    public static string EnvironmentName(EnvironmentReader environment)
    {
        var name = environment.Text("ASPNETCORE_ENVIRONMENT") ?? environment.Text("NODE_ENV") ?? "Production";
        return char.ToUpperInvariant(name[0]) + name[1..];
    }

    private static int DefaultPort(string worker) => worker switch
    {
        "registry" => 3003,
        "runner" => 3103,
        "discovery" => 3203,
        _ => throw new ArgumentOutOfRangeException(nameof(worker), worker, "Must be registry, runner or discovery."),
    };

    private static LogLevel ReadLogLevel(EnvironmentReader environment) =>
        environment.Text("LOG_LEVEL")?.ToUpperInvariant() switch
        {
            null or "INFO" or "INFORMATION" => LogLevel.Information,
            "TRACE" => LogLevel.Trace,
            "DEBUG" => LogLevel.Debug,
            "WARN" or "WARNING" => LogLevel.Warning,
            "ERROR" => LogLevel.Error,
            "FATAL" or "CRITICAL" => LogLevel.Critical,
            "OFF" or "NONE" => LogLevel.None,
            _ => throw environment.Bad("LOG_LEVEL", "one of trace, debug, info, warn, error, fatal, off"),
        };

    private static string BuildVersion() =>
        Assembly.GetEntryAssembly()?.GetName().Version?.ToString(3) ?? "0.0.0";
}
