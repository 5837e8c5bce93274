using System.Collections.Frozen;

namespace Capns.Access.Rules;

/// <summary>What roles may do: the table of platform spec 8.2. A role it does not name gives nothing.</summary>
internal static class RolePermissions
{
    public const string User = "user";
    public const string Agent = "agent";
    public const string Service = "service";
    public const string Operator = "operator";
    public const string SecurityAdmin = "security-admin";
    public const string Admin = "admin";

    /// <summary>Read as <see cref="Admin"/>.</summary>
    public const string SystemAdmin = "system_admin";

    private static readonly string[] Everybody = [User, Agent, Service, Operator, SecurityAdmin, Admin];
    private static readonly string[] Operators = [Operator, SecurityAdmin, Admin];
    private static readonly string[] Security = [SecurityAdmin, Admin];
    private static readonly string[] Running = [Operator, Admin];

    private static readonly (string Permission, string[] Roles)[] Table =
    [
        ("tool:read", Everybody),
        ("tool:execute:safe", Everybody),
        ("tool:execute:moderate", Everybody),
        ("workflow:run", Everybody),
        ("learning:write", Everybody),
        ("workflow:write", [User, Service, Operator, SecurityAdmin, Admin]),
        ("tool:write", [Service, Operator, SecurityAdmin, Admin]),
        ("tool:write:any", Operators),
        ("tool:execute:restricted", Operators),
        ("execution:read:any", Operators),
        ("execution:cancel:any", Operators),
        ("analytics:read", Operators),
        ("execution:approve:safe", Operators),
        ("execution:approve:moderate", Operators),
        ("execution:approve:restricted", Operators),
        ("execution:approve:dangerous", Security),
        ("tool:trust", Security),
        ("permission:write", Security),
        ("policy:write", Security),
        ("audit:read", Security),
        ("audit:write", Security),
        ("secret:write", Operators),
        ("graph:write", Operators),
        ("budget:write", Running),
        ("admin:graph", Running),
        ("admin:dead-letters", Running),
        ("admin:health", Operators),
        ("admin:kill-switch", Security),
        ("admin:broadcast", [Admin]),
        ("admin:purge", [Admin]),
        ("admin:force", [Admin]),
        ("apikey:write:any", [Admin]),
    ];

    private static readonly FrozenDictionary<string, FrozenSet<string>> ByRole = Everybody.ToFrozenDictionary(
        role => role,
        role => Table.Where(row => row.Roles.Contains(role)).Select(row => row.Permission).ToFrozenSet(StringComparer.Ordinal),
        StringComparer.Ordinal);

    /// <summary>Every role.</summary>
    public static IReadOnlyList<string> Names => Everybody;

    /// <summary>Every permission that some role has.</summary>
    public static IEnumerable<string> Named => Table.Select(row => row.Permission);

    /// <summary>What a role gives.</summary>
    public static IReadOnlySet<string> Of(string role) => ByRole.GetValueOrDefault(role) ?? FrozenSet<string>.Empty;

    /// <summary>Roles as tokens say them, in our words.</summary>
    public static IReadOnlyList<string> Known(IEnumerable<string> roles) =>
        [.. roles.Select(role => role == SystemAdmin ? Admin : role).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether one of the roles gives it.</summary>
    public static bool Give(IEnumerable<string> roles, string permission) => roles.Any(role => Of(role).Contains(permission));
}
