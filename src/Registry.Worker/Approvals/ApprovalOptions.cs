using Capns.Hosting.Configuration;

namespace Capns.Registry.Worker.Approvals;

/// <summary>Whether and how people approve (platform spec 10.4). Read from the environment; a bad value stops the host.</summary>
internal sealed record ApprovalOptions
{
    /// <summary>ENABLE_APPROVAL_WORKFLOW. False: what needs approval is refused with APPROVALS_DISABLED, never run unapproved.</summary>
    /// <value>Default: true.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>DANGEROUS_MIN_APPROVALS: so many must approve a dangerous execution; tools and policies may ask for more.</summary>
    /// <value>1 or 2. Default: 1.</value>
    public int DangerousMinApprovals { get; init; } = 1;

    /// <summary>APPROVAL_GATEWAY_USER: broker login of the security gateway, whose decisions count.</summary>
    /// <value>Absent: the bridge is off.</value>
    public string? GatewayUser { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">A value is wrong; the message names setting, value and bound.</exception>
    public static ApprovalOptions Read(EnvironmentReader environment) => new()
    {
        Enabled = environment.Flag("ENABLE_APPROVAL_WORKFLOW", true),
        DangerousMinApprovals = environment.WholeNumber("DANGEROUS_MIN_APPROVALS", 1, 1, 2),
        GatewayUser = environment.Text("APPROVAL_GATEWAY_USER"),
    };
}
