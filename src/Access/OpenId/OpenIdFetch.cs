using System.Text.Json;
using System.Text.Unicode;
using Capns.Core.Json;

namespace Capns.Access.OpenId;

/// <summary>
/// Fetches an issuer's documents: over https, or http from this machine; bounded in size and time; redirects are not followed.
/// </summary>
internal sealed class OpenIdFetch : IDisposable
{
    /// <summary>Largest document, in bytes.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>Longest time for a document, from the first byte sent to the last one read.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = Patience,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Whether documents may be fetched from there.</summary>
    public static bool IsAllowed(Uri address) =>
        address.IsAbsoluteUri && address.UserInfo.Length == 0 && address.Fragment.Length == 0
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));

    /// <summary>A JSON object.</summary>
    /// <exception cref="OpenIdException">It could not be had.</exception>
    public async Task<JsonElement> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        if (!IsAllowed(address))
        {
            throw new OpenIdException($"{address} is not https.");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            using var answer = await _http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (answer.StatusCode != System.Net.HttpStatusCode.OK)
            {
                throw new OpenIdException($"{address} answers {(int)answer.StatusCode}.");
            }

            return Parse(address, await ReadAsync(address, answer, limit.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new OpenIdException($"{address} does not answer within {Patience.TotalSeconds} s.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new OpenIdException($"{address} cannot be read: {exception.Message}", exception);
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<byte[]> ReadAsync(Uri address, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[MaxBytes + 1];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= MaxBytes ? bytes[..length] : throw new OpenIdException($"{address} has more than {MaxBytes} bytes.");
    }

    private static JsonElement Parse(Uri address, byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 16 });
            return Utf8.IsValid(bytes) && document.RootElement.ValueKind == JsonValueKind.Object
                && JsonTextGuard.FindProblem(document.RootElement) is null
                ? document.RootElement.Clone()
                : throw new OpenIdException($"{address} is no JSON object.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new OpenIdException($"{address} is no JSON object.", exception);
        }
    }
}

/// <summary>An issuer's documents cannot be had, or say what they must not.</summary>
internal sealed class OpenIdException(string message, Exception? inner = null) : Exception(message, inner);
