using Capns.Messaging.Endpoints;
using Capns.Messaging.Topology;
using Capns.Registry.Worker.Approvals.Deciding;
using Capns.Registry.Worker.Approvals.Listening;
using Capns.Registry.Worker.Persistence.Transactions;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Capns.Registry.Worker.Approvals;

/// <summary>Registers approvals.</summary>
internal static class ApprovalsExtensions
{
    /// <summary>Requires <c>AddExecutions</c>, sealing, and somebody who knows callers and keeps the audit log.</summary>
    /// <param name="services">The container.</param>
    /// <param name="options">Absent: those registered already, else the defaults.</param>
    public static IServiceCollection AddApprovals(this IServiceCollection services, ApprovalOptions? options = null)
    {
        services.TryAddSingleton(options ?? new ApprovalOptions());
        services.TryAddSingleton<ApprovalDesk>();
        services.TryAddSingleton<ApprovalDecisionConsumer>();
        services.TryAddSingleton<GatewayConsumer>();
        return services;
    }

    /// <summary>The two queues of approvals.</summary>
    public static void ApprovalEndpoints(this IRabbitMqBusFactoryConfigurator bus, IServiceProvider services)
    {
        bus.CapnsEndpoint(
            services, QueueNames.ApprovalDecisions, endpoint => endpoint.Consumer(services.GetRequiredService<ApprovalDecisionConsumer>),
            isOutage: DatabaseFaults.IsOutage);
        bus.CapnsEndpoint(
            services, QueueNames.GatewayApprovals, endpoint => endpoint.Consumer(services.GetRequiredService<GatewayConsumer>),
            isOutage: DatabaseFaults.IsOutage);
    }
}
