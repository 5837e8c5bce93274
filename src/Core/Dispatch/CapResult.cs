namespace Capns.Core.Dispatch;

/// <summary>What an executor gives back: bytes or text (CapNs spec 11.1). Immutable.</summary>
/// <remarks>Bytes win when both are there; when neither is, the caller takes it for an error.</remarks>
public sealed record CapResult
{
    /// <summary>Bytes; may be empty. Absent: the result is not binary.</summary>
    public ReadOnlyMemory<byte>? Bytes { get; init; }

    /// <summary>Text, JSON included; may be empty. Absent: the result is not text.</summary>
    public string? Text { get; init; }

    /// <summary>A result of bytes.</summary>
    public static CapResult FromBytes(ReadOnlyMemory<byte> bytes) => new() { Bytes = bytes };

    /// <summary>A result of text.</summary>
    public static CapResult FromText(string text) => new() { Text = text };
}
