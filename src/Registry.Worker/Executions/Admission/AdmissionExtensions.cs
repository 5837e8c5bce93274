using Capns.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>Registers the gates.</summary>
internal static class AdmissionExtensions
{
    /// <summary>The gates of platform spec 5.4; needs the tools (<c>AddTools</c>) and their capabilities (<c>AddCapabilities</c>).</summary>
    /// <exception cref="Capns.Hosting.Configuration.SettingException">A setting cannot be used.</exception>
    public static void AddAdmission(this CapnsHostBuilder builder) =>
        builder.Services.AddAdmission(AdmissionOptions.Read(builder.Environment));

    /// <summary>The same with settings that are read already.</summary>
    public static IServiceCollection AddAdmission(this IServiceCollection services, AdmissionOptions options)
    {
        services.TryAddSingleton(options);
        services.TryAddSingleton<ProviderChoice>();
        services.TryAddSingleton<IAdmission, Admission>();
        return services;
    }
}
