using System.Collections.Frozen;
using System.Text.Json;
using Capns.Contracts;

namespace Capns.Access.Rules;

/// <summary>Words for permissions (platform spec 8.2).</summary>
internal static class PermissionNames
{
    /// <summary>As the scope of an API key: cuts nothing.</summary>
    public const string Everything = "*";

    /// <summary>To be taken for a user or agent that a message names.</summary>
    public const string ActAs = "act-as";

    /// <summary>In a grant to an agent for one tool: <c>tool:read</c>.</summary>
    public const string Read = "read";

    /// <summary>In a grant to an agent for one tool: running it at every level but dangerous.</summary>
    public const string Execute = "execute";

    public const string WritePermissions = "permission:write";
    public const string WritePolicies = "policy:write";
    public const string WriteAnyKey = "apikey:write:any";
    public const string ReadHealth = "admin:health";
    public const string RunDangerous = "tool:execute:dangerous";
    public const string RunRestricted = "tool:execute:restricted";

    private const string RunPrefix = "tool:execute:";
    private const string ApprovePrefix = "execution:approve:";
    private const string AdminPrefix = "admin:";
    private const int MaxLength = 128;

    /// <summary>Every permission that the platform itself asks for.</summary>
    public static FrozenSet<string> All { get; } = RolePermissions.Named.Concat([RunDangerous, ActAs]).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Running a tool at a level.</summary>
    public static string Run(SecurityLevel level) => RunPrefix + Word(level);

    /// <summary>A level as permissions end with it: lower case.</summary>
    public static string Word(SecurityLevel level) => JsonNamingPolicy.KebabCaseLower.ConvertName(level.ToString());

    /// <summary>Whether it can be one; tools may demand words of their own.</summary>
    public static bool IsWord(string text) =>
        text == ActAs
        || (text.Length is >= 3 and <= MaxLength && text.Contains(':', StringComparison.Ordinal) && text[0] != ':' && text[^1] != ':'
            && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is ':' or '-' or '_' or '.'));

    /// <summary>
    /// Given by roles and grants only: an <c>allow</c> policy never gives them (platform spec 8.3). Keys of others and the giving of
    /// permissions are no part of that list; whoever writes policies should not become everybody by one of them, or in two steps.
    /// </summary>
    public static bool IsBeyondPolicies(string permission) =>
        permission is RunDangerous or ActAs or WriteAnyKey or WritePermissions
        || permission.StartsWith(ApprovePrefix, StringComparison.Ordinal)
        || permission.StartsWith(AdminPrefix, StringComparison.Ordinal);

    /// <summary>Needs a login of the caller's own, or a service that may act for others (platform spec 3.10).</summary>
    public static bool NeedsLogin(string permission) =>
        permission is RunRestricted or RunDangerous || permission.StartsWith(ApprovePrefix, StringComparison.Ordinal);

    /// <summary>
    /// Nobody can give these away who does not have them: else whoever writes permissions could make themselves anything.
    /// </summary>
    public static bool IsGivenByHoldersOnly(string permission) =>
        permission is WriteAnyKey or "execution:approve:dangerous"
            or "admin:kill-switch" or "admin:broadcast" or "admin:purge" or "admin:force";

    /// <summary>Whether the permission of a grant includes another.</summary>
    public static bool Includes(string granted, string wanted) =>
        granted == wanted
        || (granted == Read && wanted == "tool:read")
        || (granted == Execute && wanted != RunDangerous && wanted.StartsWith(RunPrefix, StringComparison.Ordinal));
}
