using Capns.Runner.Worker.Sandboxing.Containers.Engine;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Capns.Runner.Worker.Sandboxing.Containers;

/// <summary>Registers the container driver.</summary>
internal static class ContainerSandboxing
{
    /// <summary>
    /// Adds <see cref="ContainerSandbox"/> and its options; <see cref="SandboxOptions"/> are registered by whoever adds the drivers.
    /// </summary>
    public static IServiceCollection AddContainerSandbox(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IValidateOptions<ContainerSandboxOptions>, ContainerSandboxOptionsValidator>();
        services.AddOptions<ContainerSandboxOptions>()
            .Configure<IConfiguration>((options, configuration) => configuration.Bind(options))
            .ValidateOnStart();
        services.TryAddSingleton<IContainerEngine>(provider =>
        {
            var address = provider.GetRequiredService<IOptions<ContainerSandboxOptions>>().Value.Endpoint;
            return EngineEndpoint.TryParse(address, out var endpoint, out var error)
                ? new DockerEngine(endpoint)
                : throw new OptionsValidationException(nameof(ContainerSandboxOptions.Endpoint), typeof(ContainerSandboxOptions), [error]);
        });
        services.TryAddSingleton<ContainerSandbox>();
        return services;
    }
}
