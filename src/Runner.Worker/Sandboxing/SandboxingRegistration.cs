using Capns.Runner.Worker.Sandboxing.Containers;
using Capns.Runner.Worker.Sandboxing.Native;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Capns.Runner.Worker.Sandboxing;

/// <summary>Registers the sandboxes. Ask for <see cref="SandboxSelection"/>; no driver is touched before it is probed.</summary>
internal static class SandboxingRegistration
{
    /// <summary>Adds the drivers and the choice among them; before consumers start, drivers are probed.</summary>
    public static IServiceCollection AddSandboxing(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<SandboxOptions>()
            .Configure<IConfiguration>((options, configuration) => configuration.Bind(options))
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SandboxOptions>, SandboxOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ISandbox, NativeSandbox>());
        services.AddContainerSandbox();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ISandbox, ContainerSandbox>(provider => provider.GetRequiredService<ContainerSandbox>()));
        services.TryAddSingleton<SandboxSelection>();
        services.AddHostedService<SandboxStart>();
        return services;
    }
}
