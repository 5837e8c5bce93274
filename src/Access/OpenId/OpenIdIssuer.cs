using System.Text.Json;
using Capns.Access.Tokens;
using Microsoft.Extensions.Logging;

namespace Capns.Access.OpenId;

/// <summary>An OpenID provider, <c>OAUTH_AUTHORITY</c>: its keys come from discovery and JWKS (platform spec 8.1).</summary>
/// <remarks>
/// Keys are kept 10 minutes and read again for an unknown <c>kid</c>, at most once a minute. While the provider is away the last
/// ones serve for an hour. They stay in this process: whoever may write to Redis must not become an issuer of tokens.
/// </remarks>
internal sealed partial class OpenIdIssuer : ITokenIssuer, IDisposable
{
    /// <summary>Keys of this age are read again.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    /// <summary>Keys of this age are not used any more.</summary>
    public static readonly TimeSpan Oldest = TimeSpan.FromHours(1);

    /// <summary>Between two readings for unknown keys.</summary>
    public static readonly TimeSpan Rotation = TimeSpan.FromMinutes(1);

    /// <summary>Between two tries while the provider is away.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    /// <summary>Most keys that are tried for a token that names none.</summary>
    private const int MaxTried = 10;

    private static readonly HashSet<string> PublicKeyAlgorithms = [VerificationKey.Rs256, VerificationKey.Es256];

    private readonly Uri _authority;
    private readonly OpenIdFetch _fetch = new();
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly TimeProvider _time;
    private readonly ILogger<OpenIdIssuer> _logger;
    private KeySet? _known;
    private DateTimeOffset _triedAt = DateTimeOffset.MinValue;

    /// <exception cref="ArgumentException">The authority is neither https nor on this machine.</exception>
    public OpenIdIssuer(Uri authority, string audience, TimeProvider time, ILogger<OpenIdIssuer> logger)
    {
        if (!OpenIdFetch.IsAllowed(authority) || authority.Query.Length > 0)
        {
            throw new ArgumentException("An authority is an https URL without query.", nameof(authority));
        }

        (_authority, Audience, _time, _logger) = (authority, audience, time, logger);
    }

    public IReadOnlySet<string> Algorithms => PublicKeyAlgorithms;

    public string Audience { get; }

    public bool IsOurs => false;

    private string Name => _authority.OriginalString.TrimEnd('/');

    public bool MayBe(string issuer) => Trimmed(issuer) == Name;

    public async ValueTask<IssuerKeys> FindKeysAsync(string algorithm, string? keyId, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var known = Volatile.Read(ref _known);
        if (known is null || now - known.ReadAt >= Fresh)
        {
            known = await RefreshAsync(stale => stale is null || now - stale.ReadAt >= Fresh, Retry, cancellationToken);
        }

        if (known is not null && keyId is not null && Fitting(known, algorithm, keyId).Count == 0)
        {
            // Rotated perhaps. Anybody can name a key that does not exist, hence the minute.
            known = await RefreshAsync(held => held is null || Fitting(held, algorithm, keyId).Count == 0, Rotation, cancellationToken);
        }

        return known is null || now - known.ReadAt >= Oldest ? default : new IssuerKeys(known.Issuer, Fitting(known, algorithm, keyId));
    }

    public void Dispose()
    {
        _fetch.Dispose();
        _one.Dispose();
    }

    private static string Trimmed(string issuer) => issuer.EndsWith('/') ? issuer[..^1] : issuer;

    private static List<VerificationKey> Fitting(KeySet set, string algorithm, string? keyId) =>
        [.. set.Keys.Where(key => key.Algorithm == algorithm && (keyId is null || key.KeyId == keyId)).Take(MaxTried)];

    /// <summary>Reads the keys, one reader at a time, unless somebody else has just done so or the last try is too near.</summary>
    private async Task<KeySet?> RefreshAsync(Func<KeySet?, bool> isNeeded, TimeSpan pause, CancellationToken cancellationToken)
    {
        // Nobody waits behind a reader whose provider hangs, as long as there are keys to go on with.
        if (!await _one.WaitAsync(_known is null ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, cancellationToken))
        {
            return _known;
        }

        try
        {
            var now = _time.GetUtcNow();
            if (!isNeeded(_known) || now - _triedAt < pause)
            {
                return _known;
            }

            // Not ended by a caller who goes away: a pause follows, and whoever sends and hangs up would keep the keys from everybody.
            _triedAt = now;
            var read = await ReadAsync(now, CancellationToken.None);
            Volatile.Write(ref _known, read);
            LogRead(read.Issuer, read.Keys.Count);
        }
        catch (OpenIdException exception)
        {
            // The pause begins now: else each of those who wait behind this try would wait for one of their own.
            _triedAt = _time.GetUtcNow();
            LogAway(Name, exception.Message);
        }
        finally
        {
            _one.Release();
        }

        return _known;
    }

    private async Task<KeySet> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var discovery = await _fetch.GetAsync(new Uri($"{Name}/.well-known/openid-configuration"), cancellationToken);
        var issuer = Text(discovery, "issuer");
        if (issuer is null || Trimmed(issuer) != Name)
        {
            throw new OpenIdException($"The discovery document of {Name} names another issuer.");
        }

        if (Text(discovery, "jwks_uri") is not { } location || !Uri.TryCreate(location, UriKind.Absolute, out var address)
            || (address.IsLoopback && !_authority.IsLoopback))
        {
            throw new OpenIdException($"The discovery document of {Name} names no address of keys that can be used.");
        }

        var keys = JsonWebKeys.Read(await _fetch.GetAsync(address, cancellationToken)) ?? throw new OpenIdException(
            $"{address} is no key set.");
        return new KeySet(issuer, keys, now);
    }

    private static string? Text(JsonElement document, string name) =>
        document.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private sealed record KeySet(string Issuer, IReadOnlyList<VerificationKey> Keys, DateTimeOffset ReadAt);

    [LoggerMessage(EventId = 3600, Level = LogLevel.Information, Message = "Keys of {Issuer} read: {Keys} can be used")]
    private partial void LogRead(string issuer, int keys);

    [LoggerMessage(EventId = 3601, Level = LogLevel.Warning, Message = "Keys of {Issuer} cannot be read: {Reason}")]
    private partial void LogAway(string issuer, string reason);
}
