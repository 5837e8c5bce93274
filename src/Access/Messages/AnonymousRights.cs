using Capns.Access.Rules;
using Capns.Hosting.Configuration;

namespace Capns.Access.Messages;

/// <summary>What somebody without a login may do (platform spec 8.4). Over HTTP nobody is without a login.</summary>
/// <param name="Permissions">ANONYMOUS_PERMISSIONS.</param>
internal sealed record AnonymousRights(IReadOnlySet<string> Permissions)
{
    private static readonly string[] Defaults = ["tool:read", "tool:execute:safe", "tool:execute:moderate", "learning:write"];

    /// <summary>tool:read, tool:execute:safe, tool:execute:moderate, learning:write.</summary>
    public static AnonymousRights Default { get; } = new(Defaults.ToHashSet(StringComparer.Ordinal));

    /// <summary>Reads the setting: words between commas.</summary>
    /// <exception cref="SettingException">A word is no permission, or one that nobody has without a login.</exception>
    public static AnonymousRights Read(EnvironmentReader environment)
    {
        const string Name = "ANONYMOUS_PERMISSIONS";
        var words = environment.List(Name, Defaults);
        return words.FirstOrDefault(word => !IsPossible(word)) is { } bad
            ? throw environment.Bad(
                Name, $"permissions such as tool:execute:safe, with commas between them, and none that needs a login; {bad} is not possible")
            : new AnonymousRights(words.ToHashSet(StringComparer.Ordinal));
    }

    private static bool IsPossible(string word) =>
        PermissionNames.IsWord(word) && !PermissionNames.NeedsLogin(word) && !PermissionNames.IsBeyondPolicies(word);
}
