using Capns.Runner.Worker.Sandboxing.Containers;
using Capns.Runner.Worker.Sandboxing.Native;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Capns.Runner.Worker.Sandboxing;

/// <summary>Registers the sandbox drivers. None is touched before it is probed.</summary>
internal static class SandboxingRegistration
{
    /// <summary>Adds the drivers, best first, and their options.</summary>
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
        return services;
    }
}
