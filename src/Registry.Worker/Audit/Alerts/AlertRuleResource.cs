using Capns.Contracts.Audit;

namespace Capns.Registry.Worker.Audit.Alerts;

/// <summary>A rule as it is shown.</summary>
internal sealed record AlertRuleResource
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required bool Enabled { get; init; }

    /// <summary>True: part of the product; it can be disabled, not deleted.</summary>
    public required bool BuiltIn { get; init; }

    public required AlertMatch Match { get; init; }

    public required int Threshold { get; init; }

    public required int WindowSeconds { get; init; }

    public required AlertSeverity Severity { get; init; }

    public required string Per { get; init; }

    public Uri? Webhook { get; init; }

    /// <summary>What its webhook is signed with; given to who writes the rule.</summary>
    public string? WebhookSecret { get; init; }

    public DateTimeOffset? LastFiredAt { get; init; }

    public required long RowVersion { get; init; }

    /// <summary>Of a rule.</summary>
    public static AlertRuleResource Of(AlertRule rule, string? secret = null) => new()
    {
        Id = rule.Id,
        Name = rule.Name,
        Enabled = rule.Enabled,
        BuiltIn = rule.BuiltIn,
        Match = rule.Condition.Match,
        Threshold = rule.Condition.Threshold,
        WindowSeconds = rule.Condition.WindowSeconds,
        Severity = rule.Condition.Severity,
        Per = rule.Condition.Per,
        Webhook = rule.Condition.Webhook,
        WebhookSecret = rule.Condition.Webhook is null ? null : secret,
        LastFiredAt = rule.LastFiredAt,
        RowVersion = rule.RowVersion,
    };
}

/// <summary>A rule as it is written; for the description, since <see cref="AlertRuleReader"/> reads it.</summary>
internal sealed record AlertRuleOrder
{
    /// <summary>1 to 128 characters, unique.</summary>
    public required string Name { get; init; }

    /// <summary>Default: true.</summary>
    public bool? Enabled { get; init; }

    public required AlertMatch Match { get; init; }

    /// <summary>1 to 10,000. Default: 1.</summary>
    public int? Threshold { get; init; }

    /// <summary>1 to 86,400 seconds. Default: 60.</summary>
    public int? WindowSeconds { get; init; }

    /// <summary>Default: warning.</summary>
    public AlertSeverity? Severity { get; init; }

    /// <summary><c>rule</c> (default), <c>actor</c> or <c>object</c>.</summary>
    public string? Per { get; init; }

    /// <summary>http or https, without login and fragment; at most 2,048 characters.</summary>
    public Uri? Webhook { get; init; }
}
