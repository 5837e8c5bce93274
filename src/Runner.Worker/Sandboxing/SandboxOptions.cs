using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Capns.Runner.Worker.Sandboxing;

/// <summary>Where tools run, and how many sandboxes wait for them. Read from the environment; a bad value stops the host.</summary>
internal sealed class SandboxOptions : IValidatableObject
{
    /// <summary>Environment <c>SANDBOX_DRIVER</c>: which driver may be used (platform spec 5.5).</summary>
    /// <value><c>auto</c>, <c>native</c> or <c>container</c>. Default: <c>auto</c>, by need and by what works here.</value>
    [ConfigurationKeyName("SANDBOX_DRIVER")]
    [AllowedValues("auto", "native", "container")]
    public string Driver { get; set; } = "auto";

    /// <summary>Environment <c>SANDBOX_WARM</c>: sandboxes that wait, per program.</summary>
    /// <value>From 0 (none) to 64. Default: 2.</value>
    [ConfigurationKeyName("SANDBOX_WARM")]
    [Range(0, 64)]
    public int WarmMembers { get; set; } = 2;

    /// <summary>Environment <c>SANDBOX_WARM_IDLE</c>: a waiting sandbox older than this is replaced.</summary>
    /// <value>From 1 to 86,400 seconds. Default: 600.</value>
    [ConfigurationKeyName("SANDBOX_WARM_IDLE")]
    [Range(1, 86_400)]
    public int WarmIdleSeconds { get; set; } = 600;

    /// <summary>Environment <c>SANDBOX_WARM_SCRATCH</c>: scratch disk of waiting sandboxes; runs with another size start cold.</summary>
    /// <value>From 1 to 65,536 MB (1,048,576 bytes). Default: 64, the default of a run.</value>
    [ConfigurationKeyName("SANDBOX_WARM_SCRATCH")]
    [Range(1, 65_536)]
    public int WarmScratchMb { get; set; } = 64;

    /// <summary>Environment <c>SANDBOX_FIRST_UID</c>: native sandboxes run under host users from this number on; nobody else may use them.</summary>
    /// <value>From 1,000 to 2,000,000,000. Default: 200,000.</value>
    [ConfigurationKeyName("SANDBOX_FIRST_UID")]
    [Range(1_000, 2_000_000_000)]
    public int FirstUser { get; set; } = 200_000;

    /// <summary>Environment <c>SANDBOX_UIDS</c>: how many of these users there are, hence how many native sandboxes at one time.</summary>
    /// <value>From 1 to 65,536. Default: 1,000.</value>
    [ConfigurationKeyName("SANDBOX_UIDS")]
    [Range(1, 65_536)]
    public int Users { get; set; } = 1_000;

    /// <summary>Environment <c>SANDBOX_STATE</c>: folder for the few files that native sandboxes see as <c>/etc</c>.</summary>
    /// <value>An absolute path; every user must be able to enter it. Default: <c>/run/capns</c>.</value>
    [ConfigurationKeyName("SANDBOX_STATE")]
    [Required]
    public string StateFolder { get; set; } = "/run/capns";

    /// <summary>Environment <c>SANDBOX_CGROUP</c>: control groups version 2 only: the folder that was delegated to the runner.</summary>
    /// <value>An absolute path. Absent: the root of the mount.</value>
    [ConfigurationKeyName("SANDBOX_CGROUP")]
    public string? ControlGroupFolder { get; set; }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Path.IsPathFullyQualified(StateFolder))
        {
            yield return new ValidationResult($"{nameof(StateFolder)} (SANDBOX_STATE) is '{StateFolder}'; it must be an absolute path.", [nameof(StateFolder)]);
        }

        if (!string.IsNullOrEmpty(ControlGroupFolder) && !Path.IsPathFullyQualified(ControlGroupFolder))
        {
            yield return new ValidationResult(
                $"{nameof(ControlGroupFolder)} (SANDBOX_CGROUP) is '{ControlGroupFolder}'; it must be an absolute path.", [nameof(ControlGroupFolder)]);
        }
    }
}

/// <summary>Checks <see cref="SandboxOptions"/>; generated.</summary>
[OptionsValidator]
internal sealed partial class SandboxOptionsValidator : IValidateOptions<SandboxOptions>;
