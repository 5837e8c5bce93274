using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts.Json;
using Capns.Core.Json;
using Capns.Hosting.Secrets;
using Capns.Registry.Worker.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Capns.Registry.Worker.Audit;

/// <summary>Makes of an entry what is stored. Pure; refuses nothing: what cannot be stored as it is, is told in its place.</summary>
internal static class AuditIntake
{
    /// <summary>Longest text of a column, in characters.</summary>
    public const int MaxText = 1024;

    /// <summary>Largest details in bytes; larger ones are replaced by their size and digest.</summary>
    public const int MaxDetails = 1024 * 1024;

    private static int _place;

    /// <summary>The entry with its signature.</summary>
    public static AuditRecord Signed(AuditRecord record, AuditKeys keys) => record with { Mac = keys.Sign("intake", Digest(record)) };

    /// <summary>What of an entry is signed as long as it has no place in a chain.</summary>
    public static string Digest(AuditRecord record) => new AuditText().Hash(record, 0, AuditChain.NoHash);

    /// <summary>What is sealed in place of an entry that this installation did not sign.</summary>
    public static AuditRecord Forged(AuditRecord claimed, DateTimeOffset now)
    {
        var report = Record(
            new AuditEntry
            {
                Actor = PlatformCaller.Instance,
                Action = "audit.forged",
                ObjectKind = "audit",
                ObjectId = claimed.Id.ToString(),
                Outcome = AuditOutcome.Failed,
                Code = "FORGED_ENTRY",
                Details = new JsonObject { ["claimed"] = Encoding.UTF8.GetString(new AuditText().Canonical(claimed, 0)) },
            },
            now);
        return report with { Id = claimed.Id, Chain = claimed.Chain };
    }

    /// <summary>The record of an entry.</summary>
    public static AuditRecord Record(AuditEntry entry, DateTimeOffset now) => new()
    {
        Id = NewId(now),
        Chain = AuditChain.Of(entry.Level),
        At = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero),
        ActorKind = JsonNamingPolicy.KebabCaseLower.ConvertName(entry.Actor.Kind.ToString()),
        ActorId = Text(entry.Actor.ActingService ?? entry.Actor.Id)!,
        OnBehalfOf = entry.Actor.ActingService is null ? null : Text(entry.Actor.Id),
        Action = Text(entry.Action)!,
        ObjectKind = Text(entry.ObjectKind)!,
        ObjectId = Text(entry.ObjectId),
        SecurityLevel = entry.Level is { } level and not Contracts.SecurityLevel.Unknown ? JsonNamingPolicy.KebabCaseLower.ConvertName(level.ToString()) : null,
        Outcome = JsonNamingPolicy.KebabCaseLower.ConvertName(entry.Outcome.ToString()),
        Code = Text(entry.Code),
        Ip = Text(entry.Ip),
        RequestId = Text(entry.RequestId),
        TraceId = Text(entry.TraceId),
        Details = Details(entry.Details),
    };

    /// <summary>A version 7 uuid with a counter behind its time: EF Core inserts rows in the order of their keys.</summary>
    private static Guid NewId(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(now).TryWriteBytes(bytes, bigEndian: true, out _);
        var place = Interlocked.Increment(ref _place);
        bytes[6] = (byte)(0x70 | ((place >> 8) & 0x0F));
        bytes[7] = (byte)place;
        return new Guid(bytes, bigEndian: true);
    }

    // PostgreSQL takes no U+0000 in text, and half a surrogate pair has no bytes.
    private static string? Text(string? text)
    {
        if (text is null)
        {
            return null;
        }

        text = Redactor.Patterns.Redact(text);
        var whole = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Replace("\0", string.Empty, StringComparison.Ordinal)));
        return Reading.Preview.Cut(whole, MaxText);
    }

    private static string? Details(JsonObject? details)
    {
        if (details is null || details.Count == 0)
        {
            return null;
        }

        var element = JsonSerializer.SerializeToElement(details, WireJson.Options);
        if (!CanonicalJson.TryWrite(element, out var bytes, out var error))
        {
            return Encoding.UTF8.GetString(CanonicalJson.Write(JsonSerializer.SerializeToElement(new { omitted = $"The details {error}." })));
        }

        // Who writes an entry has redacted it; what still looks like a credential goes here (platform spec 5.13, rule 4).
        var text = Encoding.UTF8.GetString(bytes);
        if (Redactor.Patterns.Redact(text) != text)
        {
            bytes = CanonicalJson.Write(Redactor.Patterns.Redact(element));
        }

        return bytes.Length <= MaxDetails
            ? Encoding.UTF8.GetString(bytes)
            : Encoding.UTF8.GetString(CanonicalJson.Write(JsonSerializer.SerializeToElement(new
            {
                omitted = $"The details have more than {MaxDetails} bytes.",
                bytes = bytes.Length,
                sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)),
            })));
    }
}

/// <summary>Table <c>audit_intake</c>, to which the transactions of the registry add.</summary>
internal sealed class AuditIntakeMapping : IEntityTypeConfiguration<AuditRecord>
{
    public void Configure(EntityTypeBuilder<AuditRecord> builder)
    {
        builder.ToTable("audit_intake").HasKey(record => record.Id);
        builder.Property(record => record.Id).ValueGeneratedNever();
        builder.Property(record => record.Details).HasColumnType("json");
        builder.UseSnakeCaseColumns();
    }
}
