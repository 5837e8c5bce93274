using Capns.Messaging.Capabilities;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Capns.Registry.Worker.Capabilities;

/// <summary>Registers who provides what.</summary>
internal static class CapabilitiesExtensions
{
    /// <summary>The index and what keeps it current. Needs <c>AddCapnsMessaging</c>. Added behind the tools, so that those that are loaded at start are in it before the bus starts.</summary>
    public static IServiceCollection AddCapabilities(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddCapnsClient(new CapsClientOptions { Name = "capability-registry.caps" });
        services.TryAddSingleton<IToolExecution, ToolRuns>();
        services.TryAddSingleton<CapabilityIndex>();
        services.AddHostedService<CapabilityWatch>();
        return services;
    }
}
