using Capns.Hosting;
using Capns.Hosting.Secrets;
using Capns.Registry.Worker.Approvals;
using Capns.Registry.Worker.Executions.HandingOver;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>Registers the gates.</summary>
internal static class AdmissionExtensions
{
    /// <summary>The gates of platform spec 5.4; needs the tools (<c>AddTools</c>) and their capabilities (<c>AddCapabilities</c>) and access (<c>AddAccess</c>).</summary>
    /// <exception cref="Capns.Hosting.Configuration.SettingException">A setting cannot be used.</exception>
    public static void AddAdmission(this CapnsHostBuilder builder)
    {
        builder.Services.TryAddSingleton(ApprovalOptions.Read(builder.Environment));
        builder.Services.AddAdmission(AdmissionOptions.Read(builder.Environment, builder.AddSealing().DigestKeys[0]));
    }

    /// <summary>The same with settings that are read already.</summary>
    public static IServiceCollection AddAdmission(this IServiceCollection services, AdmissionOptions options)
    {
        services.TryAddSingleton(options);
        services.TryAddSingleton(new ApprovalOptions());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHandOverCheck, ToolStillRuns>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHandOverCheck, NotStopped>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHandOverCheck, CallerStillMay>());
        services.TryAddSingleton<ProviderChoice>();
        services.TryAddSingleton<AccessGates>();
        services.TryAddSingleton<KillSwitches.KillSwitchBoard>();
        services.TryAddSingleton<IAdmission, Admission>();
        return services;
    }
}
