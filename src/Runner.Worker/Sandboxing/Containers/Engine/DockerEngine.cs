using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Capns.Runner.Worker.Sandboxing.Containers.Engine;

/// <summary>Speaks the Docker Engine API over a unix socket or TCP.</summary>
/// <remarks>
/// In place of Docker.DotNet, which does not restore on the feed this project builds on. The version of the API is the
/// newest that both sides know, at least <see cref="OldestVersion"/> (Docker 20.10, the first with private control-group
/// namespaces).
/// </remarks>
internal sealed class DockerEngine : IContainerEngine
{
    private static readonly Version OldestVersion = new(1, 41);
    private static readonly Version NewestVersion = new(1, 51);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PullTimeout = TimeSpan.FromMinutes(10);

    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly EngineEndpoint _endpoint;
    private readonly HttpClient _http;
    private string? _version;

    public DockerEngine(EngineEndpoint endpoint)
    {
        _endpoint = endpoint;
        _http = new HttpClient(NewHandler(onConnect: null)) { BaseAddress = new Uri("http://docker"), Timeout = Timeout.InfiniteTimeSpan };
    }

    public bool IsLocal => _endpoint.IsLocal;

    public Task<EngineDescription> DescribeAsync(CancellationToken cancellationToken) =>
        GetAsync<EngineDescription>("info", cancellationToken);

    public async Task<ImageDescription?> FindImageAsync(string image, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync<ImageDescription>($"images/{Uri.EscapeDataString(image)}/json", cancellationToken);
        }
        catch (EngineRefusedException refused) when (refused.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task PullAsync(string image, CancellationToken cancellationToken)
    {
        var path = $"images/create?fromImage={Uri.EscapeDataString(WithTag(image))}";
        using var response = await SendAsync(HttpMethod.Post, path, content: null, PullTimeout, cancellationToken);
        // The status is 200 before the pull has begun; how it went stands in the last lines.
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            using var step = JsonDocument.Parse(line);
            if (step.RootElement.TryGetProperty("error", out var error))
            {
                throw new EngineRefusedException(HttpStatusCode.NotFound, error.GetString() ?? "The pull failed.");
            }
        }
    }

    public async Task<ContainerCreated> CreateAsync(string name, ContainerCreation creation, CancellationToken cancellationToken)
    {
        using var body = JsonContent.Create(creation, options: Json);
        // A length instead of chunks: older engines and proxies in front of them read nothing else.
        await body.LoadIntoBufferAsync(cancellationToken);
        using var response = await SendAsync(HttpMethod.Post, $"containers/create?name={name}", body, CallTimeout, cancellationToken);
        return await ReadAsync<ContainerCreated>(response, cancellationToken);
    }

    public async Task<ContainerStream> AttachAsync(string id, CancellationToken cancellationToken)
    {
        var version = await GetVersionAsync(cancellationToken);
        Socket? socket = null;
        // A handler of its own: the connection belongs to this stream, and its socket must be at hand to end stdin alone.
        var client = new HttpMessageInvoker(NewHandler(opened => socket = opened));
        try
        {
            var path = $"http://docker/v{version}/containers/{id}/attach?stream=1&stdin=1&stdout=1&stderr=1";
            using var request = new HttpRequestMessage(HttpMethod.Post, path);
            request.Headers.Connection.Add("Upgrade");
            request.Headers.Upgrade.Add(new ProductHeaderValue("tcp"));
            var response = await GuardAsync(token => client.SendAsync(request, token), CallTimeout, cancellationToken);
            if (response.StatusCode != HttpStatusCode.SwitchingProtocols)
            {
                throw await RefusalAsync(response, cancellationToken);
            }

            return new ContainerStream(await response.Content.ReadAsStreamAsync(cancellationToken), socket!, client);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    public async Task<Task<int>> BeginWaitAsync(string id, CancellationToken cancellationToken)
    {
        // The engine sends the header as soon as it watches, and the body at the end. The default condition, not-running,
        // would answer at once: the container has not been started yet.
        var response = await SendAsync(
            HttpMethod.Post, $"containers/{id}/wait?condition=next-exit", content: null, CallTimeout, cancellationToken);
        return ReadExitAsync(response);
    }

    public async Task StartAsync(string id, CancellationToken cancellationToken) =>
        (await SendAsync(HttpMethod.Post, $"containers/{id}/start", content: null, CallTimeout, cancellationToken)).Dispose();

    public Task<ContainerDescription> InspectAsync(string id, CancellationToken cancellationToken) =>
        GetAsync<ContainerDescription>($"containers/{id}/json", cancellationToken);

    public async Task UpdateAsync(string id, ContainerUpdate update, CancellationToken cancellationToken)
    {
        using var body = JsonContent.Create(update, options: Json);
        await body.LoadIntoBufferAsync(cancellationToken);
        (await SendAsync(HttpMethod.Post, $"containers/{id}/update", body, CallTimeout, cancellationToken)).Dispose();
    }

    public Task SignalAsync(string id, string signal, CancellationToken cancellationToken) =>
        SendUnlessGoneAsync(HttpMethod.Post, $"containers/{id}/kill?signal={signal}", cancellationToken);

    public Task RemoveAsync(string id, CancellationToken cancellationToken) =>
        SendUnlessGoneAsync(HttpMethod.Delete, $"containers/{id}?force=true&v=true", cancellationToken);

    public async Task<IReadOnlyList<ContainerListing>> ListAsync(string label, CancellationToken cancellationToken)
    {
        var filters = Filters(("label", label));
        return await GetAsync<List<ContainerListing>>($"containers/json?all=true&filters={filters}", cancellationToken);
    }

    public async IAsyncEnumerable<string> WatchMemoryKillsAsync(string label, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filters = Filters(("type", "container"), ("event", "oom"), ("label", label));
        await foreach (var line in ReadLinesAsync($"events?filters={filters}", cancellationToken))
        {
            if (JsonSerializer.Deserialize<EngineEvent>(line)?.Actor?.ID is { } id)
            {
                yield return id;
            }
        }
    }

    public async IAsyncEnumerable<ContainerSample> SampleAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in ReadLinesAsync($"containers/{id}/stats?stream=true", cancellationToken))
        {
            if (ContainerStatistics.TryRead(line, out var sample))
            {
                yield return sample;
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private SocketsHttpHandler NewHandler(Action<Socket>? onConnect) => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = await _endpoint.ConnectAsync(cancellationToken);
            onConnect?.Invoke(socket);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    /// <summary>An image without tag and digest means <c>latest</c>; without saying so the engine would pull every tag.</summary>
    private static string WithTag(string image)
    {
        var name = image[(image.LastIndexOf('/') + 1)..];
        return name.Contains(':', StringComparison.Ordinal) || name.Contains('@', StringComparison.Ordinal) ? image : image + ":latest";
    }

    private static async Task<int> ReadExitAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var exit = await ReadAsync<ContainerExit>(response, CancellationToken.None);
            return exit.Error is { Message.Length: > 0 } error
                ? throw new EngineRefusedException(HttpStatusCode.InternalServerError, error.Message)
                : exit.StatusCode;
        }
    }

    private static string Filters(params (string Name, string Value)[] filters) =>
        Uri.EscapeDataString(JsonSerializer.Serialize(filters.ToDictionary(filter => filter.Name, filter => new[] { filter.Value })));

    private async IAsyncEnumerable<string> ReadLinesAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, path, content: null, CallTimeout, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return line;
        }
    }

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, path, content: null, CallTimeout, cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    private async Task SendUnlessGoneAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        try
        {
            (await SendAsync(method, path, content: null, CallTimeout, cancellationToken)).Dispose();
        }
        catch (EngineRefusedException refused) when (refused.Status is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // 404: gone. 409: not running, or being removed by an earlier call.
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var version = await GetVersionAsync(cancellationToken);
        using var request = new HttpRequestMessage(method, $"/v{version}/{path}") { Content = content };
        var response = await GuardAsync(
            token => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token), timeout, cancellationToken);
        return response.IsSuccessStatusCode ? response : throw await RefusalAsync(response, cancellationToken);
    }

    private async Task<string> GetVersionAsync(CancellationToken cancellationToken)
    {
        if (_version is { } known)
        {
            return known;
        }

        using var response = await GuardAsync(token => _http.GetAsync("/_ping", token), CallTimeout, cancellationToken);
        var text = response.Headers.TryGetValues("Api-Version", out var values) ? values.First() : "none";
        if (!Version.TryParse(text, out var offered) || offered < OldestVersion)
        {
            throw new EngineUnreachableException(
                $"The engine at {_endpoint.Text} offers version {text} of the API; at least {OldestVersion} is needed (Docker 20.10).");
        }

        return _version = (offered < NewestVersion ? offered : NewestVersion).ToString(2);
    }

    /// <summary>Makes one call: what is wrong with the connection becomes <see cref="EngineUnreachableException"/>.</summary>
    private async Task<HttpResponseMessage> GuardAsync(
        Func<CancellationToken, Task<HttpResponseMessage>> call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            return await call(limit.Token);
        }
        catch (HttpRequestException broken)
        {
            var reason = broken.InnerException switch
            {
                // A unix socket that is not there.
                SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => "no such socket",
                SocketException refused => refused.Message,
                _ => broken.Message,
            };
            throw new EngineUnreachableException($"The container engine at {_endpoint.Text} does not answer: {reason}.", broken);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EngineUnreachableException($"The container engine at {_endpoint.Text} gave no answer within {timeout}.", late);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(Json, cancellationToken)
                ?? throw new EngineUnreachableException("The container engine answered null.");
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or JsonException)
        {
            throw new EngineUnreachableException($"The container engine's answer broke off or cannot be read: {broken.Message}", broken);
        }
    }

    private static async Task<EngineRefusedException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            try
            {
                text = JsonSerializer.Deserialize<EngineError>(text)?.Message ?? text;
            }
            catch (JsonException)
            {
                // Not the engine's own error but, say, a proxy's page: the text serves as it is.
            }

            return new EngineRefusedException(response.StatusCode, text.Trim());
        }
    }

    private sealed record EngineError([property: JsonPropertyName("message")] string? Message);

    private sealed record EngineEvent(EngineEventActor? Actor);

    private sealed record EngineEventActor(string? ID);

    private sealed record ContainerExit(int StatusCode, ContainerExitError? Error);

    private sealed record ContainerExitError(string? Message);
}
