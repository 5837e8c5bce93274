using System.ComponentModel.DataAnnotations;
using Capns.Runner.Worker.Sandboxing.Containers.Engine;

namespace Capns.Runner.Worker.Sandboxing.Containers;

/// <summary>The container driver. Bound from section <c>Sandbox:Container</c>; a bad value stops the host.</summary>
internal sealed class ContainerSandboxOptions : IValidatableObject
{
    public const string Section = "Sandbox:Container";

    /// <summary>Where the engine listens, <c>unix:///path</c> or <c>tcp://host:port</c>.</summary>
    /// <value>Default: <c>DOCKER_HOST</c>, else <c>unix:///var/run/docker.sock</c>.</value>
    [Required]
    public string Endpoint { get; set; } = "unix:///var/run/docker.sock";

    /// <summary>The image of programs that name none.</summary>
    /// <value>Default: <c>SANDBOX_IMAGE</c>, else <c>capns/tools:local</c>, which <c>infra/docker/images/build</c> makes.</value>
    [Required]
    public string Image { get; set; } = "capns/tools:local";

    /// <summary>Idle containers kept for each program and set of limits.</summary>
    /// <value>From 0 (no pool) to 64. Default: <c>SANDBOX_WARM</c>, else 2.</value>
    [Range(0, 64)]
    public int WarmPerProgram { get; set; } = 2;

    /// <summary>An idle container that is older is replaced.</summary>
    /// <value>From 1 s to 30 min. Default: 10 min.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:30:00")]
    public TimeSpan WarmAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Memory of the containers that are warmed before any run has said what it needs.</summary>
    /// <value>From 16 to 65,536 MiB (1,048,576 bytes). Default: 256 MiB, the level <c>safe</c>.</value>
    [Range(16, 65_536)]
    public int WarmMemoryMiB { get; set; } = 256;

    /// <summary>Cores of the same.</summary>
    /// <value>From 0.05 to 64. Default: 0.5, the level <c>safe</c>.</value>
    [Range(0.05, 64)]
    public double WarmCpu { get; set; } = 0.5;

    /// <summary>Processes of the same.</summary>
    /// <value>From 1 to 4,096. Default: 64.</value>
    [Range(1, 4096)]
    public int WarmProcesses { get; set; } = 64;

    /// <summary>Scratch disk of the same.</summary>
    /// <value>From 1 to 65,536 MiB. Default: 64 MiB.</value>
    [Range(1, 65_536)]
    public int WarmScratchMiB { get; set; } = 64;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!EngineEndpoint.TryParse(Endpoint, out _, out var error))
        {
            yield return new ValidationResult($"{nameof(Endpoint)}: {error}", [nameof(Endpoint)]);
        }
    }
}
