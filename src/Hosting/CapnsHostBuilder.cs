using Capns.Hosting.Configuration;
using Capns.Hosting.Health;
using Capns.Hosting.Logging;
using Capns.Hosting.Metrics;
using Capns.Hosting.Redis;
using Capns.Hosting.Tracing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Capns.Hosting;

/// <summary>A worker's host while it is put together. Each <c>Add…</c> reads its settings at once and throws <see cref="SettingException"/>.</summary>
public sealed class CapnsHostBuilder
{
    private readonly WebApplicationBuilder _builder;
    private readonly List<string> _conflicts = [];
    private bool _httpFirst;
    private int? _anotherPort;

    internal CapnsHostBuilder(string[] args, string worker, EnvironmentReader environment)
    {
        Environment = environment;
        Service = ServiceSettings.Read(environment, worker);
        _builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            EnvironmentName = ServiceSettings.EnvironmentName(environment),
            ContentRootPath = AppContext.BaseDirectory,
        });
        // MassTransit would report to its makers, and make every stop wait for that.
        System.Environment.SetEnvironmentVariable("MASSTRANSIT_USAGE_TELEMETRY", "false");
        Listen();
        WriteJsonLogs();
        Services.AddSingleton(Service);
        Services.AddSingleton(environment);
        Services.TryAddSingleton(TimeProvider.System);
        Services.AddSingleton<HealthReader>();
        Services.AddSingleton<DetailedHealth>();
        // An instance: it must hear of instruments that are made before anybody asks for it.
        Services.AddSingleton(new MetricsCollector(Service.Name));
        Services.AddSingleton<ProcessMeter>();
        Services.AddHostedService<TraceSender>();
        Services.Configure<HostOptions>(options => options.ShutdownTimeout = Service.ShutdownDrain + TimeSpan.FromSeconds(5));
    }

    /// <summary>The variables the worker reads its own settings from.</summary>
    public EnvironmentReader Environment { get; }

    /// <summary>Name, address, instance.</summary>
    public ServiceSettings Service { get; }

    /// <summary>The worker's services.</summary>
    public IServiceCollection Services => _builder.Services;

    /// <summary>True with <c>ASPNETCORE_ENVIRONMENT</c> or <c>NODE_ENV</c> <c>development</c>.</summary>
    public bool IsDevelopment => _builder.Environment.IsDevelopment();

    /// <summary>What <c>/health/detailed</c>, <c>/health/{part}</c> and, without a port of its own, <c>/metrics</c> demand of a caller. Default: nothing.</summary>
    public Action<IEndpointConventionBuilder, string>? Guard { get; set; }

    /// <summary>Serves HTTP before the worker's services have started, one after the other; until then it is not ready and refuses work.</summary>
    public void ServeHttpFirst() => _httpFirst = true;

    /// <summary>Listens on this port as well. What is served there is the worker's affair.</summary>
    /// <exception cref="SettingException">The port is that of the metrics.</exception>
    public void ListenAlsoOn(string variable, int port)
    {
        if (port == Service.MetricsPort)
        {
            throw new SettingException($"{variable}={port} is the port of the metrics already; it needs another one.");
        }

        _anotherPort = port;
        Listen();
    }

    /// <summary>The broker: its settings and its health. Required.</summary>
    public RabbitMqSettings AddRabbitMq()
    {
        var settings = RabbitMqSettings.Read(Environment);
        Services.AddSingleton(settings);
        Services.AddSingleton<IHealthPart, BrokerPart>();
        return settings;
    }

    /// <summary>The database: its settings. The worker registers its own pool and a <see cref="PostgresPart"/> on it. Required.</summary>
    public PostgresSettings AddPostgres()
    {
        var settings = PostgresSettings.Read(Environment);
        Services.AddSingleton(settings);
        _conflicts.AddRange(settings.Conflicts);
        return settings;
    }

    /// <summary>Redis: settings, the connection as <see cref="IRedis"/>, and its health. Optional.</summary>
    public RedisSettings AddRedis()
    {
        var settings = RedisSettings.Read(Environment);
        Services.AddSingleton(settings);
        Services.AddSingleton<RedisConnection>();
        Services.AddSingleton<IRedis>(services => services.GetRequiredService<RedisConnection>());
        Services.AddSingleton<IRedisChannels>(services => services.GetRequiredService<RedisConnection>());
        Services.AddSingleton<IHealthPart, RedisPart>();
        return settings;
    }

    /// <summary>The host, with <c>/health…</c> and <c>/metrics</c> mapped.</summary>
    public WebApplication Build()
    {
        if (_httpFirst)
        {
            LaterStart.Apply(Services);
            Services.AddSingleton<IHealthPart, StartPart>();
        }

        var app = _builder.Build();
        app.Services.GetRequiredService<ProcessMeter>();
        if (_httpFirst)
        {
            app.UseMiddleware<NotStartedYet>();
        }

        app.MapHealth(Guard);
        app.MapMetrics(Service, Guard);
        app.Services.GetService<RedisConnection>()?.Start();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Capns.Hosting");
        foreach (var conflict in _conflicts)
        {
            Log.SettingsConflict(logger, conflict);
        }

        app.Lifetime.ApplicationStarted.Register(() =>
            Log.Started(logger, Service.Worker, Service.Version, Service.InstanceId, Service.TraceEndpoint?.ToString() ?? "nowhere"));
        return app;
    }

    private void Listen()
    {
        int?[] ports = [Service.Port, Service.MetricsEnabled ? Service.MetricsPort : null, _anotherPort];
        _builder.WebHost.UseUrls([.. ports.OfType<int>().Distinct().Select(port => $"http://{Service.Host}:{port}")]);
        _builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
    }

    private void WriteJsonLogs()
    {
        _builder.Logging.ClearProviders();
        _builder.Logging.SetMinimumLevel(Service.LogLevel);
        // Frameworks say at "info" what only matters when looking into them.
        var frameworks = Service.LogLevel > LogLevel.Warning || Service.LogLevel < LogLevel.Information ? Service.LogLevel : LogLevel.Warning;
        foreach (var category in new[] { "Microsoft", "System", "Npgsql", "MassTransit" })
        {
            _builder.Logging.AddFilter(category, frameworks);
        }

        Services.AddSingleton<ConsoleFormatter>(services =>
            new JsonLineFormatter(services.GetRequiredService<TimeProvider>(), Service.Worker));
        _builder.Logging.AddConsole(options => options.FormatterName = JsonLineFormatter.FormatterName);
    }
}
