using System.Security.Cryptography;
using Capns.Access.Messages;
using Capns.Hosting.Configuration;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>What somebody without a login may do (platform spec 8.4). Read from the environment; a bad value stops the host.</summary>
internal sealed record AdmissionOptions
{
    /// <summary>ANONYMOUS_PERMISSIONS, words between commas.</summary>
    /// <value>Default: tool:read, tool:execute:safe, tool:execute:moderate, learning:write. Over HTTP nobody is without a login.</value>
    public IReadOnlySet<string> AnonymousPermissions { get; init; } = AnonymousRights.Default.Permissions;

    /// <summary>Key of the digests that stand for secret values in a parameters hash, made of DATA_ENCRYPTION_KEY; else one of this process.</summary>
    public ReadOnlyMemory<byte> DigestKey { get; init; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>Reads the settings.</summary>
    /// <param name="environment">The variables.</param>
    /// <param name="digestKey">Absent: one of this process.</param>
    /// <exception cref="SettingException">A word is no permission, or one that nobody has without a login.</exception>
    public static AdmissionOptions Read(EnvironmentReader environment, ReadOnlyMemory<byte>? digestKey = null)
    {
        return new AdmissionOptions
        {
            AnonymousPermissions = AnonymousRights.Read(environment).Permissions,
            DigestKey = digestKey ?? RandomNumberGenerator.GetBytes(32),
        };
    }
}
