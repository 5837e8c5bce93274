using Capns.Hosting;
using Capns.Registry.Worker.Audit.Alerts;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Capns.Registry.Worker.Audit;

/// <summary>Registers the audit log: writing, sealing, alerts.</summary>
internal static class AuditExtensions
{
    /// <summary>With the settings of the environment.</summary>
    /// <exception cref="Hosting.Configuration.SettingException">A value cannot be used.</exception>
    public static void AddAudit(this CapnsHostBuilder builder) => builder.Services.AddAudit(AuditOptions.Read(builder.Environment, builder.IsDevelopment));

    /// <summary>Requires <c>AddCapnsMessaging</c> and <c>AddPersistence</c>.</summary>
    public static IServiceCollection AddAudit(this IServiceCollection services, AuditOptions options)
    {
        services.TryAddSingleton(options);
        services.TryAddSingleton<AuditKeys>();
        services.TryAddSingleton<IAuditTrail, AuditTrail>();
        services.TryAddSingleton<AlertWatch>();
        services.TryAddSingleton<AlertRuleStore>();
        services.TryAddSingleton<AlertRulesWriter>();
        services.TryAddSingleton<WebhookQueue>();
        services.TryAddSingleton<AuditSealer>();
        services.TryAddSingleton<AuditKeeping>();
        services.TryAddSingleton<AuditVerifier>();
        services.TryAddSingleton<Api.ListTotals>();
        services.TryAddSingleton<AuditStore>();
        services.TryAddSingleton<AuditLoop>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditLoop>());
        services.TryAddSingleton<AuditDay>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditDay>());
        services.TryAddSingleton<WebhookSender>();
        services.AddHostedService(provider => provider.GetRequiredService<WebhookSender>());
        return services;
    }
}
