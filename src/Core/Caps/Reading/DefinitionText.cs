using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Capns.Core.Json;

namespace Capns.Core.Caps.Reading;

/// <summary>From JSON text to what stands in it and back. Reading ends in a value or an error, whatever the text.</summary>
internal static class DefinitionText
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Cap.MaxJsonDepth };

    public static bool TryRead<T>(
        string json,
        Func<DefinitionReading, JsonElement, T?> read,
        [NotNullWhen(true)] out T? value,
        [NotNullWhen(false)] out CapDefinitionError? error)
        where T : class
    {
        var reading = new DefinitionReading();
        return IsRead(reading, Read(reading, json, read), out value, out error);
    }

    public static bool TryRead<T>(
        ReadOnlyMemory<byte> utf8Json,
        Func<DefinitionReading, JsonElement, T?> read,
        [NotNullWhen(true)] out T? value,
        [NotNullWhen(false)] out CapDefinitionError? error)
        where T : class
    {
        var reading = new DefinitionReading();
        return IsRead(reading, Open(reading, () => JsonDocument.Parse(utf8Json, Options), read), out value, out error);
    }

    public static bool TryRead<T>(
        JsonElement json,
        Func<DefinitionReading, JsonElement, T?> read,
        [NotNullWhen(true)] out T? value,
        [NotNullWhen(false)] out CapDefinitionError? error)
        where T : class
    {
        var reading = new DefinitionReading();
        return IsRead(reading, Read(reading, json, read), out value, out error);
    }

    /// <summary>Reads text that may be no JSON.</summary>
    public static T? Read<T>(DefinitionReading reading, string json, Func<DefinitionReading, JsonElement, T?> read)
        where T : class =>
        Open(reading, () => JsonDocument.Parse(json, Options), read);

    /// <summary>Reads a value that may be damaged in ways that only show when its strings are read.</summary>
    public static T? Read<T>(DefinitionReading reading, JsonElement json, Func<DefinitionReading, JsonElement, T?> read)
        where T : class
    {
        if (JsonTextGuard.FindProblem(json, Cap.MaxJsonDepth) is not { } problem)
        {
            return read(reading, json);
        }

        reading.ReportStructure(string.Empty, problem);
        return null;
    }

    public static string Write<T>(bool indented, T value, Action<Utf8JsonWriter, T> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(buffer, options))
        {
            write(writer, value);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static bool IsRead<T>(
        DefinitionReading reading, T? read, [NotNullWhen(true)] out T? value, [NotNullWhen(false)] out CapDefinitionError? error)
        where T : class
    {
        error = reading.Findings.Error;
        value = error is null ? read : null;
        return error is null;
    }

    private static T? Open<T>(DefinitionReading reading, Func<JsonDocument> open, Func<DefinitionReading, JsonElement, T?> read)
        where T : class
    {
        if (TryOpen(open, out var document) is { } problem)
        {
            reading.ReportStructure(string.Empty, problem);
            return null;
        }

        using (document)
        {
            return Read(reading, document!.RootElement, read);
        }
    }

    /// <returns>What is wrong with the text; null when it is JSON.</returns>
    private static string? TryOpen(Func<JsonDocument> open, out JsonDocument? document)
    {
        document = null;
        try
        {
            document = open();
            return null;
        }
        catch (JsonException exception)
        {
            return $"is not JSON: {exception.Message.TrimEnd('.')}";
        }
        catch (ArgumentException)
        {
            // A string that cannot be turned into UTF-8.
            return "has half a surrogate pair, or is too long";
        }
    }
}
