using System.Security.Cryptography;
using Capns.Hosting.Configuration;
using Capns.Registry.Worker.Access.Rules;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>What somebody without a login may do (platform spec 8.4). Read from the environment; a bad value stops the host.</summary>
internal sealed record AdmissionOptions
{
    private static readonly string[] Defaults = ["tool:read", "tool:execute:safe", "tool:execute:moderate", "learning:write"];

    /// <summary>ANONYMOUS_PERMISSIONS, words between commas.</summary>
    /// <value>Default: tool:read, tool:execute:safe, tool:execute:moderate, learning:write. Over HTTP nobody is without a login.</value>
    public IReadOnlySet<string> AnonymousPermissions { get; init; } = new HashSet<string>(Defaults, StringComparer.Ordinal);

    /// <summary>Key of the digests that stand for secret values in a parameters hash, made of DATA_ENCRYPTION_KEY; else one of this process.</summary>
    public ReadOnlyMemory<byte> DigestKey { get; init; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>Reads the settings.</summary>
    /// <param name="environment">The variables.</param>
    /// <param name="digestKey">Absent: one of this process.</param>
    /// <exception cref="SettingException">A word is no permission, or one that nobody has without a login.</exception>
    public static AdmissionOptions Read(EnvironmentReader environment, ReadOnlyMemory<byte>? digestKey = null)
    {
        const string Name = "ANONYMOUS_PERMISSIONS";
        var words = environment.List(Name, Defaults);
        if (words.FirstOrDefault(word => !PermissionNames.IsWord(word) || PermissionNames.NeedsLogin(word) || PermissionNames.IsBeyondPolicies(word)) is { } bad)
        {
            throw environment.Bad(
                Name, $"permissions such as tool:execute:safe, with commas between them, and none that needs a login; {bad} is not possible");
        }

        return new AdmissionOptions
        {
            AnonymousPermissions = words.ToHashSet(StringComparer.Ordinal),
            DigestKey = digestKey ?? RandomNumberGenerator.GetBytes(32),
        };
    }
}
