namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>Names of the gates, as a dry run shows them.</summary>
internal static class Gates
{
    public const string Readable = "readable";
    public const string Identity = "identity";
    public const string Expiry = "expires-at";
    public const string Tool = "tool";
    public const string KillSwitch = "kill-switch";
    public const string Permission = "permission";
    public const string Parameters = "parameters";
    public const string Approvals = "approvals";
    public const string Dependencies = "dependencies";
    public const string Cost = "cost";
    public const string Approval = "approval";
}
