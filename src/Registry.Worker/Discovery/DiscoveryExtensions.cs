using Capns.Hosting;
using Capns.Messaging;
using Capns.Registry.Worker.Discovery.Asking;
using Capns.Registry.Worker.Discovery.Feedback;
using Capns.Registry.Worker.Discovery.Relations;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Capns.Registry.Worker.Discovery;

/// <summary>Registers what asks discovery, and maps its paths.</summary>
internal static class DiscoveryExtensions
{
    /// <summary>Requires <c>AddCapnsMessaging</c>, <c>AddPersistence</c>, <c>AddAudit</c>, <c>AddApi</c> and an <see cref="Access.IAccessControl"/>.</summary>
    /// <exception cref="Hosting.Configuration.SettingException">A setting cannot be used.</exception>
    public static void AddDiscovery(this CapnsHostBuilder builder) => builder.Services.AddDiscovery(DiscoveryOptions.Read(builder.Environment));

    /// <summary>The same with settings that are read already.</summary>
    public static IServiceCollection AddDiscovery(this IServiceCollection services, DiscoveryOptions options)
    {
        services.TryAddSingleton(options);
        services.AddRequestClient("registry");
        services.TryAddSingleton<DiscoveryMessages>();
        services.TryAddSingleton<DiscoveryClient>();
        services.TryAddSingleton<ToolLists>();
        services.TryAddSingleton<FeedbackStore>();
        services.TryAddSingleton<GraphCommands>();
        return services;
    }

    /// <summary>Maps the paths.</summary>
    public static void MapDiscovery(this IEndpointRouteBuilder app)
    {
        app.MapQuestions();
        app.MapRelatedTools();
        app.MapFeedback();
        app.MapRelations();
        app.MapRebuild();
    }
}
