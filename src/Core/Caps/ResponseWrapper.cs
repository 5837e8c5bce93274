using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Capns.Core.Urns;

namespace Capns.Core.Caps;

/// <summary>What a capability gave: bytes, and how they are to be read (CapNs spec 12). Immutable while its bytes are left alone.</summary>
/// <remarks>Readings that do not fit throw <see cref="ResponseConversionException"/>.</remarks>
public sealed partial class ResponseWrapper
{
    private static readonly SearchValues<char> FloatCharacters = SearchValues.Create("0123456789+-.eE");

    /// <summary>Refuses what is not UTF-8 instead of repairing it.</summary>
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ResponseWrapper(ResponseKind kind, ReadOnlyMemory<byte> bytes)
    {
        Kind = kind;
        Bytes = bytes;
    }

    /// <summary>How the bytes are to be read.</summary>
    public ResponseKind Kind { get; }

    /// <summary>The bytes as they came; not copied.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>For people; what was accepted unchecked in the call, e.g. as a schema could not be had. Usually empty.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>MIME type of <see cref="Kind"/>.</summary>
    public string ContentType => Kind switch
    {
        ResponseKind.Json => "application/json",
        ResponseKind.Text => "text/plain",
        _ => "application/octet-stream",
    };

    /// <summary>Bytes.</summary>
    public int Size => Bytes.Length;

    /// <summary>True when there is not one byte.</summary>
    public bool IsEmpty => Bytes.IsEmpty;

    /// <summary>Takes JSON; whether it is, is found out when it is read.</summary>
    public static ResponseWrapper FromJson(ReadOnlyMemory<byte> utf8) => new(ResponseKind.Json, utf8);

    /// <summary>Takes text; whether it is UTF-8, is found out when it is read.</summary>
    public static ResponseWrapper FromText(ReadOnlyMemory<byte> utf8) => new(ResponseKind.Text, utf8);

    /// <summary>Takes text.</summary>
    public static ResponseWrapper FromText(string text) => new(ResponseKind.Text, Encoding.UTF8.GetBytes(text));

    /// <summary>Takes bytes.</summary>
    public static ResponseWrapper FromBinary(ReadOnlyMemory<byte> bytes) => new(ResponseKind.Binary, bytes);

    /// <summary>The same response, with warnings about the call it came of.</summary>
    internal ResponseWrapper With(IReadOnlyList<string> warnings) => new(Kind, Bytes) { Warnings = warnings };

    /// <summary>The bytes, copied.</summary>
    public byte[] AsBytes() => Bytes.ToArray();

    /// <summary>The bytes as UTF-8.</summary>
    /// <exception cref="ResponseConversionException">They are not.</exception>
    public string AsString()
    {
        try
        {
            return Strict.GetString(Bytes.Span);
        }
        catch (DecoderFallbackException exception)
        {
            throw new ResponseConversionException(
                $"Failed to convert response to string: byte {exception.Index} of {Size} does not begin a character of UTF-8", exception);
        }
    }

    /// <summary>A whole number in decimal digits; it may have a sign, and white space around it. <c>5.0</c> is none.</summary>
    /// <exception cref="ResponseConversionException">It is none, or beyond 64 bits.</exception>
    public long AsInt()
    {
        var text = AsString().Trim();
        var digits = text.AsSpan(text.StartsWith('+') || text.StartsWith('-') ? 1 : 0);
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            throw Fail(text, "integer: it is not a sign and digits");
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Fail(text, "integer: it is beyond 64 bits");
    }

    /// <summary>
    /// A number in decimal notation; white space around it does not matter. Also <c>.5</c>, <c>5.</c>, <c>+5</c>, and in any case
    /// <c>inf</c>, <c>infinity</c> and <c>nan</c>, with or without sign.
    /// </summary>
    /// <exception cref="ResponseConversionException">It is none.</exception>
    public double AsFloat()
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var text = AsString().Trim();
        if (NamedNumber(text) is { } named)
        {
            return named;
        }

        // The base library also takes "Infinity", which is named above, and text that ends in NUL.
        var isPlain = !text.AsSpan().ContainsAnyExcept(FloatCharacters);
        return isPlain && double.TryParse(text, Style, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Fail(text, "float: it is not a number in decimal notation");
    }

    /// <summary>
    /// <c>true</c>, <c>1</c>, <c>yes</c>, <c>y</c> or <c>false</c>, <c>0</c>, <c>no</c>, <c>n</c>, in any case; white space around
    /// it does not matter.
    /// </summary>
    /// <exception cref="ResponseConversionException">It is none of these.</exception>
    public bool AsBool()
    {
        var text = AsString().Trim();
        return text.ToLowerInvariant() switch
        {
            "true" or "1" or "yes" or "y" => true,
            "false" or "0" or "no" or "n" => false,
            _ => throw Fail(text, "boolean"),
        };
    }

    /// <summary>JSON as a type; text as a type that JSON writes as a string.</summary>
    /// <param name="options">How JSON is read. Default: as the base library does.</param>
    /// <exception cref="ResponseConversionException">It does not fit the type, or is binary.</exception>
    public T? As<T>(JsonSerializerOptions? options = null)
    {
        if (Kind == ResponseKind.Binary)
        {
            throw new ResponseConversionException("Cannot deserialize binary response to structured type");
        }

        try
        {
            return Kind == ResponseKind.Json
                ? JsonSerializer.Deserialize<T>(Bytes.Span, options)
                : JsonSerializer.Deserialize<T>(JsonSerializer.SerializeToUtf8Bytes(AsString()), options);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new ResponseConversionException($"Failed to deserialize response to {typeof(T).Name}: {exception.Message}", exception);
        }
    }

    private static double? NamedNumber(string text)
    {
        var isNegative = text.StartsWith('-');
        var name = isNegative || text.StartsWith('+') ? text[1..] : text;
        return name.ToLowerInvariant() switch
        {
            "inf" or "infinity" => isNegative ? double.NegativeInfinity : double.PositiveInfinity,
            "nan" => double.NaN,
            _ => null,
        };
    }

    private static ResponseConversionException Fail(string text, string what) =>
        new($"Failed to parse '{UrnCharacters.Shorten(text)}' as {what}");
}
