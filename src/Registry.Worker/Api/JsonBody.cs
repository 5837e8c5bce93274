using System.Text.Json;
using Capns.Contracts.Executions;
using Microsoft.Net.Http.Headers;

namespace Capns.Registry.Worker.Api;

/// <summary>Reads a request's JSON body within the limits of platform spec 4.1.</summary>
internal static class JsonBody
{
    /// <summary>Largest body: 10 MiB.</summary>
    public const int MaxBytes = 10 * 1024 * 1024;

    /// <summary>The body, or the problem with it: 413, 415 or 400.</summary>
    public static async Task<(JsonElement Body, ProblemResult? Problem)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!IsJson(request.ContentType))
        {
            return (default, new ProblemResult(ErrorCodes.UnsupportedMediaType, request.ContentType is null
                ? "The body must be application/json; no content type is given."
                : $"The body must be application/json; it is {Reading.Preview.Cut(request.ContentType)}."));
        }

        var (bytes, problem) = await BytesAsync(request, cancellationToken);
        return problem is null ? Parse(bytes) : (default, problem);
    }

    /// <summary>The same where a body may be left out: then it is <c>{}</c>.</summary>
    public static async Task<(JsonElement Body, ProblemResult? Problem)> ReadOptionalAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var (bytes, problem) = await BytesAsync(request, cancellationToken);
        return problem is not null ? (default, problem)
            : bytes.IsEmpty ? (JsonElement.Parse("{}"), null)
            : await ReadAsync(request, cancellationToken);
    }

    /// <summary>The bytes as they came, or 413. They are kept: a second reader of the request gets the same.</summary>
    public static async Task<(ReadOnlyMemory<byte> Bytes, ProblemResult? Problem)> BytesAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var items = request.HttpContext.Items;
        if (items.TryGetValue(typeof(JsonBody), out var kept))
        {
            return ((ReadOnlyMemory<byte>)kept!, null);
        }

        if (request.ContentLength > MaxBytes)
        {
            return (default, TooLarge(request.ContentLength.Value));
        }

        var buffer = new MemoryStream();
        var chunk = new byte[64 * 1024];
        for (int read; (read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0;)
        {
            buffer.Write(chunk, 0, read);
            if (buffer.Length > MaxBytes)
            {
                return (default, TooLarge(null));
            }
        }

        ReadOnlyMemory<byte> bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        items[typeof(JsonBody)] = bytes;
        return (bytes, null);
    }

    private static (JsonElement Body, ProblemResult? Problem) Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return (document.RootElement.Clone(), null);
        }
        catch (JsonException exception)
        {
            var where = bytes.IsEmpty ? "it is empty" : $"line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1} cannot be read";
            return (default, new ProblemResult(ErrorCodes.InvalidRequest, $"The body must be JSON; {where}."));
        }
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
        && (!type.Charset.HasValue || type.Charset.Value!.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static ProblemResult TooLarge(long? bytes) => new(ErrorCodes.PayloadTooLarge,
        bytes is null ? $"The body may have at most {MaxBytes} bytes; it has more." : $"The body may have at most {MaxBytes} bytes; it has {bytes}.");
}
