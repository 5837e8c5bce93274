using Capns.Runner.Worker.Sandboxing.Containers;
using Capns.Runner.Worker.Sandboxing.Native;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Capns.Runner.Worker.Sandboxing;

/// <summary>Registers the sandbox drivers. Ask for <see cref="SandboxSelection"/>.</summary>
internal static class SandboxingRegistration
{
    /// <summary>Adds the drivers and the choice among them; before consumers start, each is probed.</summary>
    public static IServiceCollection AddSandboxing(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<SandboxOptions>()
            .Configure<IConfiguration>((options, configuration) => configuration.Bind(options))
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SandboxOptions>, SandboxOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ISandbox, NativeSandbox>());
        services.AddContainerSandbox();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ISandbox, ContainerSandbox>());
        services.TryAddSingleton<SandboxSelection>();
        services.AddHostedService<SandboxStart>();
        return services;
    }
}
