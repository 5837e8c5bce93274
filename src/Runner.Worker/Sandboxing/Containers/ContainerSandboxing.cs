using Capns.Runner.Worker.Sandboxing.Containers.Engine;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Capns.Runner.Worker.Sandboxing.Containers;

/// <summary>Registers the container driver.</summary>
internal static class ContainerSandboxing
{
    /// <summary>
    /// Adds <see cref="ContainerSandbox"/>. <c>DOCKER_HOST</c>, <c>SANDBOX_IMAGE</c> and <c>SANDBOX_WARM</c> set what the
    /// section <see cref="ContainerSandboxOptions.Section"/> leaves open.
    /// </summary>
    public static IServiceCollection AddContainerSandbox(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IValidateOptions<ContainerSandboxOptions>, ContainerSandboxOptionsValidator>();
        services.AddOptions<ContainerSandboxOptions>()
            .Configure<IConfiguration>((options, configuration) =>
            {
                options.Endpoint = configuration["DOCKER_HOST"] is { Length: > 0 } host ? host : options.Endpoint;
                options.Image = configuration["SANDBOX_IMAGE"] is { Length: > 0 } image ? image : options.Image;
                options.WarmPerProgram = configuration.GetValue<int?>("SANDBOX_WARM") ?? options.WarmPerProgram;
            })
            .BindConfiguration(ContainerSandboxOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true)
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

[OptionsValidator]
internal sealed partial class ContainerSandboxOptionsValidator : IValidateOptions<ContainerSandboxOptions>;
