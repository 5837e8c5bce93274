using Npgsql;

namespace Capns.Registry.Worker.Audit;

/// <summary>An entry as it is stored (tables <c>audit_intake</c> and <c>audit_log</c>, platform spec 8.5).</summary>
internal sealed record AuditRecord
{
    /// <summary>The columns of <see cref="Read"/>, in its order.</summary>
    public const string Columns =
        "id, chain, at, actor_kind, actor_id, on_behalf_of, action, object_kind, object_id, security_level, outcome, code, ip, request_id, trace_id, details";

    public required Guid Id { get; init; }

    /// <summary>Its retention class.</summary>
    public required string Chain { get; init; }

    /// <summary>To the microsecond, as PostgreSQL keeps it.</summary>
    public required DateTimeOffset At { get; init; }

    public required string ActorKind { get; init; }

    public required string ActorId { get; init; }

    public string? OnBehalfOf { get; init; }

    public required string Action { get; init; }

    public required string ObjectKind { get; init; }

    public string? ObjectId { get; init; }

    public string? SecurityLevel { get; init; }

    public required string Outcome { get; init; }

    public string? Code { get; init; }

    public string? Ip { get; init; }

    public string? RequestId { get; init; }

    public string? TraceId { get; init; }

    /// <summary>Canonical JSON of an object.</summary>
    public string? Details { get; init; }

    /// <summary>Signature in the intake; the log has another one, over the hash.</summary>
    public string? Mac { get; init; }

    /// <summary>Reads <see cref="Columns"/> from the first column on.</summary>
    public static AuditRecord Read(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetGuid(0),
        Chain = reader.GetString(1),
        At = reader.GetFieldValue<DateTimeOffset>(2),
        ActorKind = reader.GetString(3),
        ActorId = reader.GetString(4),
        OnBehalfOf = Text(reader, 5),
        Action = reader.GetString(6),
        ObjectKind = reader.GetString(7),
        ObjectId = Text(reader, 8),
        SecurityLevel = Text(reader, 9),
        Outcome = reader.GetString(10),
        Code = Text(reader, 11),
        Ip = Text(reader, 12),
        RequestId = Text(reader, 13),
        TraceId = Text(reader, 14),
        Details = Text(reader, 15),
    };

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}

/// <summary>An entry with its place in a chain.</summary>
/// <param name="Record">The entry.</param>
/// <param name="Seq">1, 2, 3 … per chain.</param>
/// <param name="PrevHash">Hash of the entry before.</param>
/// <param name="Hash">Of the hash before and the canonical JSON of this one.</param>
/// <param name="Mac">The hash, signed: an entry that was not written by this installation shows, whatever it is linked to.</param>
internal sealed record SealedRecord(AuditRecord Record, long Seq, string PrevHash, string Hash, string Mac)
{
    /// <summary>The columns of <see cref="Read"/>.</summary>
    public const string Columns = AuditRecord.Columns + ", seq, prev_hash, hash, mac";

    /// <summary>Reads <see cref="Columns"/>.</summary>
    public static SealedRecord Read(NpgsqlDataReader reader) =>
        new(AuditRecord.Read(reader), reader.GetInt64(16), reader.GetString(17), reader.GetString(18), reader.GetString(19));
}
