using System.Text.Json;
using Capns.Contracts.Audit;
using Capns.Contracts.Json;
using Npgsql;

namespace Capns.Registry.Worker.Audit.Alerts;

/// <summary>When somebody must be told (platform spec 8.5; table <c>alert_rules</c>).</summary>
internal sealed record AlertRule
{
    /// <summary>The columns of <see cref="Read"/>, in its order.</summary>
    public const string Columns = "id, name, rule, enabled, built_in, last_fired_at, row_version";

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required bool Enabled { get; init; }

    /// <summary>Part of the product: it can be changed and disabled, not deleted.</summary>
    public bool BuiltIn { get; init; }

    public required AlertCondition Condition { get; init; }

    public DateTimeOffset? LastFiredAt { get; init; }

    public long RowVersion { get; init; } = 1;

    /// <summary>Reads <see cref="Columns"/>.</summary>
    public static AlertRule Read(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetGuid(0),
        Name = reader.GetString(1),
        Condition = JsonSerializer.Deserialize<AlertCondition>(reader.GetString(2), WireJson.Options)!,
        Enabled = reader.GetBoolean(3),
        BuiltIn = reader.GetBoolean(4),
        LastFiredAt = reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5),
        RowVersion = reader.GetInt64(6),
    };
}

/// <summary>What a rule looks for (column <c>rule</c>).</summary>
internal sealed record AlertCondition
{
    /// <summary>Which entries count.</summary>
    public required AlertMatch Match { get; init; }

    /// <summary>So many within the window, 1 to 10,000.</summary>
    public required int Threshold { get; init; }

    /// <summary>1 to 86,400 seconds; the rule fires at most once in it.</summary>
    public required int WindowSeconds { get; init; }

    public required AlertSeverity Severity { get; init; }

    /// <summary>What is counted apart: <c>rule</c> (nothing), <c>actor</c> or <c>object</c>.</summary>
    public string Per { get; init; } = "rule";

    /// <summary>Where the alert is posted, signed. Absent: nowhere.</summary>
    public Uri? Webhook { get; init; }

    /// <summary>What an entry is counted under.</summary>
    public string SubjectOf(AuditRecord record) => Per switch
    {
        "actor" => $"{record.ActorKind}:{record.ActorId}",
        "object" => $"{record.ObjectKind}:{record.ObjectId}",
        _ => string.Empty,
    };
}

/// <summary>Entries a rule counts: those that have all of these. Absent members match everything.</summary>
internal sealed record AlertMatch
{
    /// <summary>Exactly, or all that start with what stands before a final <c>*</c>.</summary>
    public string? Action { get; init; }

    /// <summary><c>ok</c>, <c>denied</c> or <c>failed</c>.</summary>
    public string? Outcome { get; init; }

    /// <summary>Security level.</summary>
    public string? Level { get; init; }

    /// <summary>Kind of the object.</summary>
    public string? Object { get; init; }

    /// <summary>Error code.</summary>
    public string? Code { get; init; }

    /// <summary>True when the entry counts.</summary>
    public bool Fits(AuditRecord record) =>
        (Action is null || (Action.EndsWith('*') ? record.Action.StartsWith(Action[..^1], StringComparison.Ordinal) : record.Action == Action))
        && (Outcome is null || Outcome == record.Outcome)
        && (Level is null || Level == record.SecurityLevel)
        && (Object is null || Object == record.ObjectKind)
        && (Code is null || Code == record.Code);
}
