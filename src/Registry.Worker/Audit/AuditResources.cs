using System.Text.Json;

namespace Capns.Registry.Worker.Audit;

/// <summary>An entry as it is answered and exported; for the description, since <see cref="AuditText"/> writes what is hashed itself.</summary>
internal sealed record AuditEntryResource
{
    public required Guid Id { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>One chain for each time of retention: <c>30d</c>, <c>90d</c>, <c>365d</c>, <c>2555d</c>.</summary>
    public required string Chain { get; init; }

    /// <summary>Place in its chain, from 1.</summary>
    public required long Seq { get; init; }

    public required string ActorKind { get; init; }

    public string? ActorId { get; init; }

    /// <summary>Whom the actor acted for.</summary>
    public string? OnBehalfOf { get; init; }

    /// <summary>E.g. <c>execution.accept</c>.</summary>
    public required string Action { get; init; }

    public string? ObjectKind { get; init; }

    public string? ObjectId { get; init; }

    /// <summary><c>ok</c>, <c>denied</c> or <c>failed</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Of the error.</summary>
    public string? Code { get; init; }

    public string? SecurityLevel { get; init; }

    public string? Ip { get; init; }

    public string? RequestId { get; init; }

    public string? TraceId { get; init; }

    public JsonElement? Details { get; init; }

    /// <summary>Hash of the entry before, as 64 hex digits.</summary>
    public required string PrevHash { get; init; }

    /// <summary>SHA-256 of <see cref="PrevHash"/> and the canonical JSON of all other members, as 64 hex digits.</summary>
    public required string Hash { get; init; }
}

/// <summary>What a verification found.</summary>
internal sealed record AuditVerificationResource
{
    public required bool Ok { get; init; }

    /// <summary>The first fault. Absent: none.</summary>
    public AuditBreak? BrokenAt { get; init; }

    /// <summary>Entries that wait for their place in a chain.</summary>
    public required long Unsealed { get; init; }

    /// <summary>Entries looked at.</summary>
    public required long Entries { get; init; }

    public required IReadOnlyList<AuditChainResource> Chains { get; init; }
}

/// <summary>One chain of it.</summary>
internal sealed record AuditChainResource(string Chain, bool Ok, long First, long Last, long Entries, AuditBreak? BrokenAt);
