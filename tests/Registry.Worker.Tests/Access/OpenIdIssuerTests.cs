using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Capns.Access.OpenId;
using Capns.Access.Tokens;
using Capns.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Capns.Registry.Worker.Tests.Access;

/// <summary>Keys of an outside provider: discovery, rotation, and what is not followed (platform spec 8.1).</summary>
public sealed class OpenIdIssuerTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private readonly ECDsa _second = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private FakeProvider? _provider;
    private OpenIdIssuer? _issuer;

    private FakeProvider Provider => _provider!;

    public async Task InitializeAsync()
    {
        _provider = await FakeProvider.StartAsync();
        _provider.Keys = [TestTokens.Jwk(TestTokens.Rsa, "r1"), TestTokens.Jwk(TestTokens.Ec, "e1")];
        _issuer = new OpenIdIssuer(Provider.Authority, "capns", _time, NullLogger<OpenIdIssuer>.Instance);
    }

    public async Task DisposeAsync()
    {
        _issuer?.Dispose();
        _second.Dispose();
        await Provider.DisposeAsync();
    }

    [Fact]
    public async Task Read_TokensOfTheProvider_AreTakenAndKeysReadOnce()
    {
        Assert.Equal(TokenProblem.None, await ReadAsync(TestTokens.Rs256(TestTokens.Rsa, Claims(), """{"alg":"RS256","kid":"r1"}""")));
        Assert.Equal(TokenProblem.None, await ReadAsync(TestTokens.Es256(TestTokens.Ec, Claims(), """{"alg":"ES256","kid":"e1"}""")));
        Assert.Equal(TokenProblem.None, await ReadAsync(TestTokens.Es256(TestTokens.Ec, Claims())));
        Assert.Equal(TokenProblem.Key, await ReadAsync(TestTokens.Es256(TestTokens.Ec, Claims(), """{"alg":"ES256","kid":"r1"}""")));
        Assert.Equal(TokenProblem.Algorithm, await ReadAsync(TestTokens.Hs256(Claims())));
        Assert.Equal(TokenProblem.Audience, await ReadAsync(TestTokens.Es256(TestTokens.Ec, Claims().Without("aud"))));
        Assert.Equal(1, Provider.KeyReads);
    }

    [Fact]
    public async Task Read_UnknownKey_IsLookedForAtMostOnceAMinute()
    {
        Assert.Equal(TokenProblem.None, await ReadAsync(First()));
        Provider.Keys = [TestTokens.Jwk(_second, "e2")];

        // A try for something else has just been made: the new key waits for its minute.
        Assert.Equal(TokenProblem.Key, await ReadAsync(Second()));
        Assert.Equal(1, Provider.KeyReads);
        _time.Advance(OpenIdIssuer.Rotation);
        Assert.Equal(TokenProblem.None, await ReadAsync(Second()));
        Assert.Equal(2, Provider.KeyReads);

        // The old one is gone; and whoever names keys that do not exist causes one reading a minute.
        Assert.Equal(TokenProblem.Key, await ReadAsync(First()));
        for (var number = 0; number < 100; number++)
        {
            Assert.Equal(TokenProblem.Key, await ReadAsync(TestTokens.Es256(_second, Claims(), $$"""{"alg":"ES256","kid":"x{{number}}"}""")));
        }

        Assert.Equal(2, Provider.KeyReads);
    }

    [Fact]
    public async Task Read_ManyAtOnce_ReadTheKeysOnce()
    {
        var problems = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => ReadAsync(First()))));
        Assert.All(problems, problem => Assert.Equal(TokenProblem.None, problem));
        Assert.Equal(1, Provider.KeyReads);
    }

    [Fact]
    public async Task Read_KeysGrowOld_AreReadAgainAndEndAfterAnHour()
    {
        await ReadAsync(First());
        _time.Advance(OpenIdIssuer.Fresh - TimeSpan.FromSeconds(1));
        await ReadAsync(First());
        Assert.Equal(1, Provider.KeyReads);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TokenProblem.None, await ReadAsync(First()));
        Assert.Equal(2, Provider.KeyReads);

        // While the provider is away the last keys serve, and it is asked at most every few seconds.
        Provider.Instead["/keys"] = Status(500);
        _time.Advance(OpenIdIssuer.Fresh);
        for (var number = 0; number < 20; number++)
        {
            Assert.Equal(TokenProblem.None, await ReadAsync(First()));
        }

        Assert.Equal(3, Provider.KeyReads);
        _time.Advance(OpenIdIssuer.Oldest - OpenIdIssuer.Fresh);
        Assert.Equal(TokenProblem.Unavailable, await ReadAsync(First()));
        Provider.Instead.Clear();
        _time.Advance(OpenIdIssuer.Retry);
        Assert.Equal(TokenProblem.None, await ReadAsync(First()));
    }

    [Fact]
    public async Task Read_ProviderHangs_OneWaitsAndTheOthersGoOn()
    {
        await ReadAsync(First());
        var (asked, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        Provider.Instead["/keys"] = async context =>
        {
            asked.TrySetResult();
            await goOn.Task;
            context.Response.StatusCode = 500;
        };
        _time.Advance(OpenIdIssuer.Fresh);
        var waiting = ReadAsync(First());
        await asked.Task;
        for (var number = 0; number < 20; number++)
        {
            Assert.Equal(TokenProblem.None, await ReadAsync(First()));
        }

        Assert.False(waiting.IsCompleted);
        goOn.SetResult();
        Assert.Equal(TokenProblem.None, await waiting);
    }

    [Fact]
    public async Task Read_CallerGoesAwayWhileKeysAreRead_TheKeysAreReadAllTheSame()
    {
        using var away = new CancellationTokenSource();
        Provider.Instead["/keys"] = async context =>
        {
            await away.CancelAsync();
            await context.Response.WriteAsync(new JsonObject { ["keys"] = Provider.Keys.DeepClone() }.ToJsonString());
        };
        await new TokenReader([_issuer!], _time).ReadAsync(First(), away.Token);
        Provider.Instead.Clear();
        Assert.Equal(TokenProblem.None, await ReadAsync(First()));
        Assert.Equal(1, Provider.KeyReads);
    }

    [Fact]
    public async Task Read_ProviderFailsSlowly_ThoseWhoWaitHearOfItAndDoNotTryThemselves()
    {
        var (asked, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        Provider.Instead["/keys"] = async context =>
        {
            asked.TrySetResult();
            await goOn.Task;
            _time.Advance(OpenIdIssuer.Retry);
            context.Response.StatusCode = 500;
        };
        var waiting = Enumerable.Range(0, 20).Select(_ => ReadAsync(First())).ToList();
        await asked.Task;
        goOn.SetResult();
        Assert.All(await Task.WhenAll(waiting), problem => Assert.Equal(TokenProblem.Unavailable, problem));
        Assert.Equal(1, Provider.KeyReads);
    }

    // What a provider can do wrong; no token is taken, and nothing else is fetched.
    [Theory]
    [InlineData("other issuer", """{"issuer":"https://evil.example","jwks_uri":"{0}/keys"}""")]
    [InlineData("no issuer", """{"jwks_uri":"{0}/keys"}""")]
    [InlineData("longer issuer", """{"issuer":"{0}/evil","jwks_uri":"{0}/keys"}""")]
    [InlineData("no keys", """{"issuer":"{0}"}""")]
    [InlineData("keys over http from elsewhere", """{"issuer":"{0}","jwks_uri":"http://192.0.2.1/keys"}""")]
    [InlineData("keys from a file", """{"issuer":"{0}","jwks_uri":"file:///etc/passwd"}""")]
    [InlineData("keys with a login", """{"issuer":"{0}","jwks_uri":"https://user:pass@192.0.2.1/keys"}""")]
    [InlineData("relative keys", """{"issuer":"{0}","jwks_uri":"/keys"}""")]
    [InlineData("two issuers", """{"issuer":"{0}","issuer":"{0}","jwks_uri":"{0}/keys"}""")]
    [InlineData("list", "[]")]
    [InlineData("text", "hello")]
    [InlineData("nothing", "")]
    public async Task Discovery_ThatCannotBeTrusted_GivesNoKeys(string what, string document)
    {
        var body = document.Replace("{0}", Provider.Authority.OriginalString, StringComparison.Ordinal);
        Provider.Instead["/.well-known/openid-configuration"] = context => context.Response.WriteAsync(body);
        Assert.Equal((what, TokenProblem.Unavailable), (what, await ReadAsync(First())));
        Assert.Equal(0, Provider.KeyReads);
    }

    [Fact]
    public async Task Keys_TooLargeRedirectedOrBroken_AreNotTaken()
    {
        var target = new Uri(Provider.Authority, "/elsewhere").ToString();
        Provider.Instead["/elsewhere"] = context => context.Response.WriteAsync(new JsonObject { ["keys"] = Provider.Keys.DeepClone() }.ToJsonString());
        Func<HttpContext, Task>[] wrong =
        [
            context => context.Response.WriteAsync($$"""{"keys":[],"x":"{{new string('x', OpenIdFetch.MaxBytes)}}"}"""),
            context =>
            {
                context.Response.Redirect(target);
                return Task.CompletedTask;
            },
            Status(404), Status(204), context => context.Response.WriteAsync("{\"keys\":"), context => context.Response.WriteAsync("""{"keys":5}"""),
            context =>
            {
                context.Abort();
                return Task.CompletedTask;
            },
        ];
        foreach (var answer in wrong)
        {
            Provider.Instead["/keys"] = answer;
            _time.Advance(OpenIdIssuer.Retry);
            Assert.Equal(TokenProblem.Unavailable, await ReadAsync(First()));
        }

        Assert.DoesNotContain("/elsewhere", Provider.Asked);
        Assert.Equal(wrong.Length, Provider.KeyReads);
    }

    [Fact]
    public async Task KeyId_LooksLikeAPath_IsNeverFetched()
    {
        await ReadAsync(First());
        _time.Advance(OpenIdIssuer.Rotation);
        foreach (var kid in new[] { "../../etc/passwd", "/keys2", "http://127.0.0.1/evil", "e1/../e1", "%2e%2e/keys" })
        {
            var header = new JsonObject { ["alg"] = "ES256", ["kid"] = kid, ["jku"] = new Uri(Provider.Authority, "/evil").ToString() }.ToJsonString();
            Assert.Equal(TokenProblem.Key, await ReadAsync(TestTokens.Es256(_second, Claims(), header)));
        }

        Assert.Equal(["/.well-known/openid-configuration", "/keys"], Provider.Asked.Distinct().Order());
    }

    [Theory]
    [InlineData("https://login.example", true)]
    [InlineData("https://login.example/tenant/v2.0", true)]
    [InlineData("http://127.0.0.1:5000", true)]
    [InlineData("http://localhost", true)]
    [InlineData("http://[::1]:1", true)]
    [InlineData("http://login.example", false)]
    [InlineData("http://10.0.0.1", false)]
    [InlineData("http://127.0.0.1.evil.example", false)]
    [InlineData("https://user@login.example", false)]
    [InlineData("https://login.example/#x", false)]
    [InlineData("ftp://login.example", false)]
    [InlineData("file:///keys", false)]
    public void Address_SchemeAndHost_DecideWhetherItIsFetched(string address, bool allowed) => Assert.Equal(allowed, OpenIdFetch.IsAllowed(new Uri(address)));

    private static Func<HttpContext, Task> Status(int status) => context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    private string First() => TestTokens.Es256(TestTokens.Ec, Claims(), """{"alg":"ES256","kid":"e1"}""");

    private string Second() => TestTokens.Es256(_second, Claims(), """{"alg":"ES256","kid":"e2"}""");

    private JsonObject Claims()
    {
        var claims = TestTokens.Claims(_time.GetUtcNow());
        (claims["iss"], claims["aud"], claims["exp"]) = (Provider.Authority.OriginalString, "capns", _time.GetUtcNow().ToUnixTimeSeconds() + 600);
        return claims;
    }

    private async Task<TokenProblem> ReadAsync(string token) => (await new TokenReader([_issuer!], _time).ReadAsync(token, CancellationToken.None)).Problem;
}
