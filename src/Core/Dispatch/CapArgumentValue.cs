using System.Text;

namespace Capns.Core.Dispatch;

/// <summary>One argument of a call in the unified form: which, and its value (CapNs spec 11.1).</summary>
/// <param name="MediaUrn">The argument's media URN, compared as its definition writes it.</param>
/// <param name="Value">The value; text is UTF-8.</param>
public readonly record struct CapArgumentValue(string MediaUrn, ReadOnlyMemory<byte> Value)
{
    internal static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>An argument whose value is text.</summary>
    public static CapArgumentValue FromText(string mediaUrn, string value) => new(mediaUrn, Encoding.UTF8.GetBytes(value));

    /// <summary>The value as text; null when it is not UTF-8.</summary>
    public string? AsText()
    {
        try
        {
            return StrictUtf8.GetString(Value.Span);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
