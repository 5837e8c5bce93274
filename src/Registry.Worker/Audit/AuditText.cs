using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Capns.Core.Json;

namespace Capns.Registry.Worker.Audit;

/// <summary>The bytes of an entry that are hashed: its canonical JSON (RFC 8785), written without a detour over a document. Not thread-safe.</summary>
internal sealed class AuditText
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(code => (char)code), '"', '\\']);

    private readonly ArrayBufferWriter<byte> _output = new(1024);

    /// <summary>Hash of an entry: SHA-256 over the 64 characters of the hash before it and its canonical JSON; lower-case hex.</summary>
    public string Hash(AuditRecord record, long seq, string prevHash)
    {
        _output.ResetWrittenCount();
        Encoding.ASCII.GetBytes(prevHash, _output);
        Write(record, seq);
        return Convert.ToHexStringLower(SHA256.HashData(_output.WrittenSpan));
    }

    /// <summary>The canonical JSON alone.</summary>
    public byte[] Canonical(AuditRecord record, long seq)
    {
        _output.ResetWrittenCount();
        Write(record, seq);
        return _output.WrittenSpan.ToArray();
    }

    /// <summary>An instant as it is hashed and exported: ISO 8601 UTC with microseconds.</summary>
    public static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    // Members in the order of RFC 8785: by UTF-16 code units. Absent ones are left out.
    private void Write(AuditRecord record, long seq)
    {
        Raw("{\"action\":");
        Text(record.Action);
        Member("actorId", record.ActorId);
        Member("actorKind", record.ActorKind);
        Member("at", Instant(record.At));
        Member("chain", record.Chain);
        Member("code", record.Code);
        if (record.Details is { } details)
        {
            Raw(",\"details\":");
            // As it is stored: it was canonical when it was written, and any byte that has changed since then counts.
            Raw(details);
        }

        Member("id", record.Id.ToString());
        Member("ip", record.Ip);
        Member("objectId", record.ObjectId);
        Member("objectKind", record.ObjectKind);
        Member("onBehalfOf", record.OnBehalfOf);
        Member("outcome", record.Outcome);
        Member("requestId", record.RequestId);
        Member("securityLevel", record.SecurityLevel);
        Raw(",\"seq\":");
        Raw(AuditChain.Text(seq));
        Member("traceId", record.TraceId);
        Raw("}");
    }

    private void Member(string name, string? value)
    {
        if (value is not null)
        {
            Raw(",\"");
            Raw(name);
            Raw("\":");
            Text(value);
        }
    }

    private void Text(string value)
    {
        if (value.AsSpan().ContainsAny(Escaped))
        {
            _output.Write(CanonicalJson.Write(JsonSerializer.SerializeToElement(value)));
            return;
        }

        Raw("\"");
        Raw(value);
        Raw("\"");
    }

    private void Raw(string text) => Encoding.UTF8.GetBytes(text, _output);
}
