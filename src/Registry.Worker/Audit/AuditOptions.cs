using System.Text;
using Capns.Hosting.Configuration;

namespace Capns.Registry.Worker.Audit;

/// <summary>Settings of the audit log (platform spec 10.4).</summary>
internal sealed record AuditOptions
{
    /// <summary>Shortest key outside Development, in bytes of UTF-8.</summary>
    public const int LeastKeyBytes = 32;

    /// <summary>What signs in Development when no key is set; refused elsewhere.</summary>
    public const string DevelopmentKey = "capns-development-audit-signing-key";

    /// <summary><c>AUDIT_SIGNING_KEY</c>: the first key signs, all of them verify; so a key is changed by putting the new one in front.</summary>
    public required IReadOnlyList<string> SigningKeys { get; init; }

    /// <summary><c>ALERT_WEBHOOK_PRIVATE</c>: webhooks may go to addresses of private networks and of this machine. Default: false.</summary>
    public bool PrivateWebhooks { get; init; }

    /// <summary>Between two looks at what is not sealed yet.</summary>
    public TimeSpan SealInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">The key is missing or too short outside Development, or a value cannot be used.</exception>
    public static AuditOptions Read(EnvironmentReader environment, bool development)
    {
        var keys = environment.List("AUDIT_SIGNING_KEY");
        if (keys.Count == 0)
        {
            keys = development
                ? [DevelopmentKey]
                : throw new SettingException($"AUDIT_SIGNING_KEY is not set; outside Development it needs a secret of at least {LeastKeyBytes} bytes.");
        }

        if (!development && keys.Any(key => key == DevelopmentKey || Encoding.UTF8.GetByteCount(key) < LeastKeyBytes))
        {
            // The value is a secret: it stays out of the message.
            throw new SettingException($"AUDIT_SIGNING_KEY cannot be used; each key needs at least {LeastKeyBytes} bytes and may not be the one of Development.");
        }

        return new AuditOptions { SigningKeys = keys, PrivateWebhooks = environment.Flag("ALERT_WEBHOOK_PRIVATE", false) };
    }
}
