using Capns.Hosting;
using Capns.Hosting.Configuration;
using Capns.Hosting.Health;
using Capns.Hosting.Secrets;
using Capns.Messaging;
using Capns.Runner.Worker.Executors;
using Capns.Runner.Worker.RateLimits;
using Capns.Runner.Worker.Runs;
using Capns.Runner.Worker.Runs.Progress;
using Capns.Runner.Worker.Runs.Queues;
using Capns.Runner.Worker.Runs.Reports;
using Capns.Runner.Worker.Sandboxing;
using Capns.Runner.Worker.Streams;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Capns.Runner.Worker;

/// <summary>Registers a runner.</summary>
internal static class RunnerServices
{
    /// <summary>All of a runner.</summary>
    public static CapnsHostBuilder AddRunner(this CapnsHostBuilder builder)
    {
        RunnerMeter.Announce();
        var broker = builder.AddRabbitMq();
        builder.AddRedis();
        builder.AddSealing();
        var options = RunnerOptions.Read(builder.Environment, builder.IsDevelopment, builder.Service.InstanceId);
        builder.Services
            .AddCapnsMessaging(broker.ToBus(builder.Service, options.Pools))
            .AddSandboxing()
            .AddRuns(options)
            .AddHostedService<RunnerHeartbeats>()
            .Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownDrain + options.ShutdownGrace + TimeSpan.FromSeconds(10));
        return builder;
    }

    /// <summary>The flow of runs, for a runner with these settings; the sandboxes are registered apart.</summary>
    public static IServiceCollection AddRuns(this IServiceCollection services, RunnerOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(new RunSlots(options.Slots));
        services.AddSingleton<RunsInHand>();
        services.AddSingleton<RunProcessor>();
        services.AddSingleton<RunAttempt>();
        services.AddSingleton<RunLease>();
        services.TryAddSingleton<IRunReports, RunReports>();
        services.TryAddSingleton<IProgressSink, ProgressPublisher>();
        services.AddSingleton<ExecutionStream>();
        services.TryAddSingleton<IRunLimiter, RunLimiter>();
        services.TryAddSingleton<IRunClaims, RunClaims>();
        services.AddSingleton<BuiltinTools>();
        services.AddSingleton<IRunPlanner, RunPlanner>();
        services.AddSingleton<RunQueueChannel>();
        services.AddSingleton<RunQueueConsumer>();
        services.AddHostedService(provider => provider.GetRequiredService<RunQueueConsumer>());
        services.AddSingleton<IHealthPart, RunnerHealth>();
        return services;
    }
}
