using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Capns.Registry.Worker.Analytics;

/// <summary>Registers analytics.</summary>
internal static class AnalyticsExtensions
{
    /// <summary>Requires <c>AddPersistence</c> and an <see cref="Access.IAccessControl"/>.</summary>
    public static IServiceCollection AddAnalytics(this IServiceCollection services)
    {
        services.TryAddSingleton<UsageStore>();
        services.TryAddSingleton<AnalyticsApi.UsageAnswers>();
        services.TryAddSingleton<UsageRollup>();
        services.AddHostedService(provider => provider.GetRequiredService<UsageRollup>());
        return services;
    }
}
