using System.Collections.Concurrent;
using System.Globalization;
using System.Net;

namespace Capns.Definitions;

/// <summary>Memory, then the registry; the disk is read once and written with every answer. Expiry is looked at with every use
/// (CapNs spec 13.3, D18). Thread-safe; processes may share a folder, and each sees what the others wrote when it starts.</summary>
/// <typeparam name="T">What is kept.</typeparam>
internal sealed class DefinitionSource<T>(DefinitionKind<T> kind, DefinitionStore<T> store, HttpClient http, RegistryConfig config, TimeProvider time)
    where T : class
{
    private static readonly Dictionary<string, string> NoMore = [];

    private readonly ConcurrentDictionary<string, StoredDefinition<T>> _known = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<StoredDefinition<T>>>> _fetching = new();

    /// <summary>Everything that is kept, fresh or not.</summary>
    public IEnumerable<T> Known => _known.Values.Select(entry => entry.Definition);

    /// <summary>What is written beside the definitions under one name, e.g. their addresses.</summary>
    public IEnumerable<string> KnownBeside(string member) => _known.Values.Select(entry => entry.More.GetValueOrDefault(member)).OfType<string>();

    /// <summary>Takes over what is on disk.</summary>
    /// <exception cref="DefinitionException">CacheError.</exception>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var (file, entry) in await store.LoadAsync(time.GetUtcNow(), cancellationToken))
        {
            _known[file] = entry;
        }
    }

    /// <summary>Adds what came with the program, unless it is known.</summary>
    public void Seed(string key, T definition) =>
        _known.TryAdd(store.FileOf(key), new StoredDefinition<T>(definition, Now(), TimeSpan.MaxValue, NoMore));

    /// <summary>What is kept under a key, fresh or not; null: nothing.</summary>
    public DefinitionEntry<T>? FindKnown(string key) =>
        _known.TryGetValue(store.FileOf(key), out var entry) ? Entry(entry, isStale: entry.IsExpired(time.GetUtcNow())) : null;

    /// <summary>What is kept and fresh, else what the registry says, else what is kept and stale.</summary>
    /// <param name="key">Canonical name.</param>
    /// <param name="address">Where the registry has it.</param>
    /// <param name="cancellationToken">Ends the wait; a request that others wait for goes on.</param>
    /// <exception cref="DefinitionException">HttpError, NotFound, ParseError.</exception>
    public async Task<DefinitionEntry<T>> GetAsync(string key, string address, CancellationToken cancellationToken)
    {
        var file = store.FileOf(key);
        var isKnown = _known.TryGetValue(file, out var known);
        if (isKnown && !known!.IsExpired(time.GetUtcNow()))
        {
            return Entry(known, isStale: false);
        }

        try
        {
            // One request for all who ask at the same time.
            var fetching = _fetching.GetOrAdd(file, _ => new Lazy<Task<StoredDefinition<T>>>(() => FetchAsync(file, key, address)));
            return Entry(await fetching.Value.WaitAsync(cancellationToken), isStale: false);
        }
        catch (DefinitionException exception) when (exception.IsUnreachable && isKnown)
        {
            return Entry(known!, isStale: true);
        }
    }

    /// <summary>Forgets everything, also on disk.</summary>
    /// <exception cref="DefinitionException">CacheError.</exception>
    public void Clear()
    {
        store.Clear();
        _known.Clear();
    }

    private static DefinitionEntry<T> Entry(StoredDefinition<T> stored, bool isStale) => new(stored.Definition, stored.CachedAt, isStale);

    /// <summary>As exactly as files say it.</summary>
    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());

    private async Task<StoredDefinition<T>> FetchAsync(string file, string key, string address)
    {
        // Whoever asks first must not hold up the others with a synchronous part.
        await Task.Yield();
        try
        {
            var text = await AskAsync(key, address);
            var entry = new StoredDefinition<T>(Parse(text, key), Now(), kind.TimeToLive, kind.More?.Invoke(key) ?? NoMore);
            await store.WriteAsync(file, entry, CancellationToken.None);
            _known[file] = entry;
            return entry;
        }
        finally
        {
            _fetching.TryRemove(file, out _);
        }
    }

    private async Task<string> AskAsync(string key, string address)
    {
        if (config.IsOffline)
        {
            throw new DefinitionException(DefinitionFailure.HttpError, $"{kind.Name} '{key}' is not kept, and the registry is not asked: offline mode.");
        }

        using var patience = new CancellationTokenSource(kind.Timeout, time);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Accept.ParseAdd("application/json");
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            return response.StatusCode is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices
                ? await ReadAsync(response, key, patience.Token)
                : throw NotFound(key, (int)response.StatusCode);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            var reason = patience.IsCancellationRequested ? $"no answer within {kind.Timeout.TotalSeconds:0.#} s" : exception.Message;
            throw new DefinitionException(DefinitionFailure.HttpError, $"{kind.Name} '{key}' could not be fetched from {address}: {reason}", exception);
        }
    }

    private DefinitionException NotFound(string key, int status) => new(
        DefinitionFailure.NotFound,
        string.Create(CultureInfo.InvariantCulture, $"{kind.Name} '{key}' not found in registry (HTTP {status})"))
    {
        Status = status,
    };

    private async Task<string> ReadAsync(HttpResponseMessage response, string key, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var answer = new MemoryStream();
        var piece = new byte[16_384];
        for (int length; (length = await stream.ReadAsync(piece, cancellationToken)) > 0;)
        {
            answer.Write(piece, 0, length);
            if (answer.Length > config.MaxAnswerBytes)
            {
                throw new DefinitionException(DefinitionFailure.ParseError, $"{kind.Name} '{key}': the answer has more than {config.MaxAnswerBytes} bytes.");
            }
        }

        return System.Text.Encoding.UTF8.GetString(answer.GetBuffer(), 0, (int)answer.Length);
    }

    private T Parse(string text, string key)
    {
        try
        {
            return kind.Parse(text, key);
        }
        catch (Exception exception) when (exception is FormatException or System.Text.Json.JsonException)
        {
            throw new DefinitionException(DefinitionFailure.ParseError, $"{kind.Name} '{key}': the registry's answer is no definition: {exception.Message}", exception);
        }
    }
}

/// <summary>What is particular to one kind of definition.</summary>
/// <param name="Name">How error messages call it, e.g. <c>Cap</c>.</param>
/// <param name="TimeToLive">How long one is taken without asking again.</param>
/// <param name="Timeout">How long a server has to answer.</param>
/// <param name="Parse">Reads the answer for a key; throws <see cref="FormatException"/> or <see cref="System.Text.Json.JsonException"/> for one that is none.</param>
/// <param name="More">What else is written into the file of a key. Null: nothing.</param>
/// <typeparam name="T">What is kept.</typeparam>
internal sealed record DefinitionKind<T>(
    string Name, TimeSpan TimeToLive, TimeSpan Timeout, Func<string, string, T> Parse, Func<string, Dictionary<string, string>>? More = null)
    where T : class;
