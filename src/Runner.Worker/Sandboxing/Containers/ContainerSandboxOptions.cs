using System.ComponentModel.DataAnnotations;
using Capns.Runner.Worker.Sandboxing.Containers.Engine;
using Microsoft.Extensions.Options;

namespace Capns.Runner.Worker.Sandboxing.Containers;

/// <summary>What the container driver needs beside <see cref="SandboxOptions"/>. Read from the environment; a bad value stops the host.</summary>
internal sealed class ContainerSandboxOptions : IValidatableObject
{
    /// <summary>Environment <c>DOCKER_HOST</c>: where the engine listens.</summary>
    /// <value><c>unix:///path</c> or <c>tcp://host:port</c>. Default: <c>unix:///var/run/docker.sock</c>.</value>
    [ConfigurationKeyName("DOCKER_HOST")]
    [Required]
    public string Endpoint { get; set; } = "unix:///var/run/docker.sock";

    /// <summary>Environment <c>SANDBOX_IMAGE</c>: the image of programs that name none; <c>infra/docker/images/build</c> makes it.</summary>
    /// <value>Default: <c>capns/tools:local</c>.</value>
    [ConfigurationKeyName("SANDBOX_IMAGE")]
    [Required]
    public string Image { get; set; } = "capns/tools:local";

    /// <summary>Environment <c>SANDBOX_WARM_MEMORY</c>: memory of containers that wait before any run has said what it needs.</summary>
    /// <value>From 16 to 65,536 MB (1,048,576 bytes). Default: 256, the level <c>safe</c>.</value>
    [ConfigurationKeyName("SANDBOX_WARM_MEMORY")]
    [Range(16, 65_536)]
    public int WarmMemoryMb { get; set; } = 256;

    /// <summary>Environment <c>SANDBOX_WARM_CPU</c>: cores of the same.</summary>
    /// <value>From 0.05 to 64. Default: 0.5, the level <c>safe</c>.</value>
    [ConfigurationKeyName("SANDBOX_WARM_CPU")]
    [Range(0.05, 64)]
    public double WarmCpu { get; set; } = 0.5;

    /// <summary>Environment <c>SANDBOX_WARM_PROCESSES</c>: processes of the same.</summary>
    /// <value>From 1 to 4,096. Default: 64.</value>
    [ConfigurationKeyName("SANDBOX_WARM_PROCESSES")]
    [Range(1, 4096)]
    public int WarmProcesses { get; set; } = 64;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!EngineEndpoint.TryParse(Endpoint, out _, out var error))
        {
            yield return new ValidationResult(error, [nameof(Endpoint)]);
        }
    }
}

/// <summary>Checks <see cref="ContainerSandboxOptions"/>; generated.</summary>
[OptionsValidator]
internal sealed partial class ContainerSandboxOptionsValidator : IValidateOptions<ContainerSandboxOptions>;
