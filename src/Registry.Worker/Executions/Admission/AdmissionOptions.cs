using System.Security.Cryptography;
using System.Text;
using Capns.Hosting.Configuration;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>What somebody without a login may do (platform spec 8.4). Read from the environment; a bad value stops the host.</summary>
internal sealed record AdmissionOptions
{
    // Nobody can log in yet, so everybody may ask for everything; levels that people must approve are refused for that
    // (APPROVALS_DISABLED). With access control the default becomes that of platform spec 8.4.
    private static readonly string[] Defaults =
    [
        "tool:read", "tool:write", "tool:trust", "learning:write",
        "tool:execute:safe", "tool:execute:moderate", "tool:execute:restricted", "tool:execute:dangerous",
    ];

    /// <summary>ANONYMOUS_PERMISSIONS, words between commas.</summary>
    /// <value>Default: tool:read, tool:write, tool:trust, learning:write and tool:execute at every level.</value>
    public IReadOnlySet<string> AnonymousPermissions { get; init; } = new HashSet<string>(Defaults, StringComparer.Ordinal);

    /// <summary>Key of the digests that stand for secret values in a parameters hash: DATA_ENCRYPTION_KEY, else one of this process.</summary>
    public ReadOnlyMemory<byte> DigestKey { get; init; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>Reads the settings.</summary>
    /// <param name="environment">The variables.</param>
    /// <exception cref="SettingException">A word is no permission.</exception>
    public static AdmissionOptions Read(EnvironmentReader environment)
    {
        const string Name = "ANONYMOUS_PERMISSIONS";
        var words = environment.List(Name, Defaults);
        return words.All(word => word.Contains(':', StringComparison.Ordinal) || word == "act-as")
            ? new AdmissionOptions
            {
                AnonymousPermissions = words.ToHashSet(StringComparer.Ordinal),
                DigestKey = environment.Text("DATA_ENCRYPTION_KEY") is { } key ? Encoding.UTF8.GetBytes(key) : RandomNumberGenerator.GetBytes(32),
            }
            : throw environment.Bad(Name, "permissions such as tool:execute:safe, with commas between them");
    }
}
