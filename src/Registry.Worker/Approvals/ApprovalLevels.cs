using Capns.Contracts;

namespace Capns.Registry.Worker.Approvals;

/// <summary>Who decides and how long it may take, by level (platform spec 5.3). Pure.</summary>
internal static class ApprovalLevels
{
    /// <summary>The role that is added to the deciders when an approval is escalated.</summary>
    public const string Admin = "admin";

    /// <summary>Characters of an approver's id.</summary>
    public const int MaxApproverId = 255;

    private static readonly string[] Usual = ["operator", "security-admin", Admin];
    private static readonly string[] ForDangerous = ["security-admin", Admin];

    /// <summary>One of these roles decides.</summary>
    public static IReadOnlyList<string> Roles(SecurityLevel level) => level == SecurityLevel.Dangerous ? ForDangerous : Usual;

    /// <summary>Time from the request to the expiry of its approval.</summary>
    public static TimeSpan TimeToDecide(SecurityLevel level) => level switch
    {
        SecurityLevel.Safe => TimeSpan.FromHours(48),
        SecurityLevel.Moderate => TimeSpan.FromHours(24),
        SecurityLevel.Restricted => TimeSpan.FromHours(12),
        _ => TimeSpan.FromHours(4),
    };

    /// <summary>Time from the grant, or from <c>notBefore</c>, to the latest start.</summary>
    public static TimeSpan Window(SecurityLevel level) =>
        level == SecurityLevel.Dangerous ? TimeSpan.FromMinutes(15) : TimeSpan.FromHours(1);

    /// <summary>The permission to decide about executions of a level.</summary>
    public static string Permission(SecurityLevel level) => $"execution:approve:{Tools.Catalogue.Words.Level(level)}";
}
