using Capns.Runner.Worker.Sandboxing.Native;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Capns.Runner.Worker.Sandboxing;

/// <summary>Registers the sandboxes. Ask for <see cref="SandboxSelection"/>.</summary>
internal static class SandboxingRegistration
{
    /// <summary>Adds the native driver and the choice among all drivers; before consumers start, drivers are probed.</summary>
    public static IServiceCollection AddSandboxing(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<SandboxOptions>()
            .Configure<IConfiguration>((options, configuration) => configuration.Bind(options))
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SandboxOptions>, SandboxOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ISandbox, NativeSandbox>());
        services.TryAddSingleton<SandboxSelection>();
        services.AddHostedService<SandboxStart>();
        return services;
    }
}
