namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>The tags of the messages that a client sends. Source: Bolt documentation, messages.</summary>
internal static class BoltRequest
{
    public const byte Hello = 0x01;
    public const byte Goodbye = 0x02;
    public const byte Reset = 0x0F;
    public const byte Run = 0x10;
    public const byte Begin = 0x11;
    public const byte Commit = 0x12;
    public const byte Rollback = 0x13;
    public const byte Discard = 0x2F;
    public const byte Pull = 0x3F;
    public const byte Route = 0x66;
    public const byte Logon = 0x6A;
    public const byte Logoff = 0x6B;
}

/// <summary>The tags of the messages that a server sends.</summary>
internal enum BoltAnswer : byte
{
    Success = 0x70,
    Record = 0x71,
    Ignored = 0x7E,
    Failure = 0x7F,
}

/// <summary>One message of the server.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Metadata">Of a summary; empty for a record.</param>
/// <param name="Row">Of a record; empty for a summary.</param>
internal readonly record struct BoltMessage(BoltAnswer Kind, IReadOnlyDictionary<string, object?> Metadata, IReadOnlyList<object?> Row)
{
    private static readonly IReadOnlyDictionary<string, object?> Nothing = new Dictionary<string, object?>();

    /// <summary>Decodes the bytes of one whole message.</summary>
    /// <exception cref="BoltProtocolException">They are none; nothing else is thrown.</exception>
    public static BoltMessage Parse(ReadOnlySpan<byte> bytes, PackStreamDialect dialect)
    {
        var reader = new PackStreamReader(bytes, dialect);
        var (tag, fields) = reader.StructureHead();
        var message = ((BoltAnswer)tag, fields) switch
        {
            (BoltAnswer.Record, 1) => new BoltMessage(BoltAnswer.Record, Nothing, Field<IReadOnlyList<object?>>(ref reader, "A record")),
            (BoltAnswer.Success or BoltAnswer.Failure or BoltAnswer.Ignored, 1) =>
                new BoltMessage((BoltAnswer)tag, Field<IReadOnlyDictionary<string, object?>>(ref reader, "A summary"), []),
            (BoltAnswer.Ignored, 0) => new BoltMessage(BoltAnswer.Ignored, Nothing, []),
            _ => throw new BoltProtocolException($"There is no message {tag:X2} with {fields} fields."),
        };
        return reader.AtEnd ? message : throw new BoltProtocolException("Bytes follow a message.");
    }

    private static T Field<T>(ref PackStreamReader reader, string what) => reader.Value<T>(PackStreamWriter.MaxDepth, what);
}
