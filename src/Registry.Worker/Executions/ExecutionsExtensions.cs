using Capns.Hosting.Configuration;
using Capns.Messaging.Endpoints;
using Capns.Messaging.Topology;
using Capns.Registry.Worker.Api.Idempotency;
using Capns.Registry.Worker.Approvals;
using Capns.Registry.Worker.Approvals.Asking;
using Capns.Registry.Worker.Executions.Cancelling;
using Capns.Registry.Worker.Executions.Endings;
using Capns.Registry.Worker.Executions.Events;
using Capns.Registry.Worker.Executions.HandingOver;
using Capns.Registry.Worker.Executions.Instances;
using Capns.Registry.Worker.Executions.KillSwitches;
using Capns.Registry.Worker.Executions.Requests;
using Capns.Registry.Worker.Executions.Saga;
using Capns.Registry.Worker.Executions.Sharing;
using Capns.Registry.Worker.Executions.Timing;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Streams;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Capns.Registry.Worker.Executions;

/// <summary>Registers executions: the saga, its queues and its sweep.</summary>
internal static class ExecutionsExtensions
{
    /// <summary>Requires <c>AddCapnsMessaging</c>, <c>AddPersistence</c>, <c>AddSealing</c>, an <see cref="Audit.IAuditTrail"/> and an <see cref="Admission.IAdmission"/>.</summary>
    public static IServiceCollection AddExecutions(this IServiceCollection services, Action<ExecutionOptions>? configure = null)
    {
        services.AddOptions<ExecutionOptions>().Configure(options => configure?.Invoke(options)).ValidateOnStart();
        services.TryAddSingleton<IValidateOptions<ExecutionOptions>, ExecutionOptionsValidator>();
        services.AddMetrics();
        services.TryAddSingleton<ExecutionMetrics>();
        services.TryAddSingleton<IExecutionStream, NoExecutionStream>();
        services.TryAddSingleton<ExecutionLedger>();
        services.TryAddSingleton<ExecutionVoice>();
        services.TryAddSingleton<ResultKeeper>();
        services.TryAddSingleton<ShareBoard>();
        services.TryAddSingleton<FairShares>();
        services.TryAddSingleton<LeaseWatch>();
        services.TryAddSingleton<ApprovalMetrics>();
        services.TryAddSingleton<ApprovalBook>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHandOverCheck, ApprovalStillHolds>());
        services.TryAddSingleton(new ApprovalOptions());
        services.TryAddSingleton<HandOverChecks>();
        services.TryAddSingleton<ExecutionSteps>();
        services.TryAddSingleton<ExecutionStateMachine>();
        services.TryAddSingleton<ExecutionPipe>();
        services.TryAddSingleton<StateReply>();
        services.TryAddSingleton<RequestDigests>();
        services.TryAddSingleton<ExecutionDoor>();
        services.TryAddSingleton<ExecutionWaiters>();
        services.TryAddSingleton(new InstanceName($"registry-{Guid.CreateVersion7():N}"));
        services.TryAddSingleton<InstanceSignalConsumer>();
        services.TryAddSingleton<KillSwitchBoard>();
        services.TryAddSingleton<KillSwitchStore>();
        services.TryAddSingleton<KillSwitchWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<KillSwitchWatch>());
        services.TryAddSingleton<ExecutionRequestConsumer>();
        services.TryAddSingleton<ExecutionCancelConsumer>();
        services.TryAddSingleton<DueSweep>();
        services.AddHostedService(provider => provider.GetRequiredService<DueSweep>());
        services.TryAddSingleton<QueueSampler>();
        services.AddHostedService(provider => provider.GetRequiredService<QueueSampler>());
        services.TryAddSingleton<ShareReleaser>();
        services.AddHostedService(provider => provider.GetRequiredService<ShareReleaser>());
        return services;
    }

    /// <summary>The environment variables of platform spec 10.4.</summary>
    /// <exception cref="SettingException">A value cannot be used.</exception>
    public static void ReadFrom(this ExecutionOptions options, EnvironmentReader environment)
    {
        options.MaxQueueMs = environment.WholeNumber("MAX_QUEUE_MS", options.MaxQueueMs, 1, 86_400_000);
        options.ResultInlineMaxBytes = environment.WholeNumber("RESULT_INLINE_MAX_BYTES", options.ResultInlineMaxBytes, 0, 524_288);
        options.ResultMaxBytes = environment.WholeNumber("RESULT_MAX_BYTES", options.ResultMaxBytes, 1024, 12 * 1024 * 1024);
        options.FairShare = environment.WholeNumber("FAIR_SHARE", options.FairShare, 1, 100_000);
    }

    /// <summary>The three queues of executions.</summary>
    /// <remarks>
    /// In an outage of PostgreSQL transactions wait for its end; what reads outside of them is repeated every second. The message stays
    /// unacknowledged.
    /// </remarks>
    public static void ExecutionEndpoints(this IRabbitMqBusFactoryConfigurator bus, IServiceProvider services)
    {
        var pipe = services.GetRequiredService<ExecutionPipe>();
        bus.CapnsEndpoint(
            services, QueueNames.ExecutionRequests, endpoint => endpoint.Consumer(services.GetRequiredService<ExecutionRequestConsumer>),
            isOutage: DatabaseFaults.IsOutage);
        bus.CapnsEndpoint(
            services, QueueNames.ExecutionCancellations, endpoint => endpoint.Consumer(services.GetRequiredService<ExecutionCancelConsumer>),
            isOutage: DatabaseFaults.IsOutage);
        bus.CapnsEndpoint(services, QueueNames.RunReports, endpoint =>
        {
            endpoint.StateMachineSaga(pipe.Machine, pipe.Repository);
            if (services.GetService<Operations.RunnerHeartbeatConsumer>() is { } heartbeats)
            {
                endpoint.Consumer(() => heartbeats);
            }
        }, isOutage: DatabaseFaults.IsOutage);
    }
}
