using System.Text.Json.Nodes;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Capns.Registry.Worker.Api.Idempotency;
using Xunit;

namespace Capns.Registry.Worker.Tests.Api;

/// <summary>Two registries on one database: what the one has answered the other answers again.</summary>
public sealed class IdempotencyTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>, IAsyncLifetime
{
    private readonly SemaphoreSlim _entered = new(0);
    private readonly SemaphoreSlim _go = new(0);
    private int _calls;
    private int _tries;
    private readonly SemaphoreSlim[] _turns = [new(0), new(0)];
    private ApiHost? _one;
    private ApiHost? _two;

    private ApiHost One => _one!;

    private ApiHost Two => _two!;

    public async Task InitializeAsync()
    {
        if (ServerUrls.Missing is null || ServerUrls.Required)
        {
            // Its clock stands still: it never says again that it is at work.
            _one = await ApiHost.StartAsync(fixture, services => services.AddSingleton<TimeProvider>(fixture.Time), Map);
            _two = await ApiHost.StartAsync(fixture, map: Map);
        }
    }

    public async Task DisposeAsync()
    {
        if (_one is not null && _two is not null)
        {
            await _one.DisposeAsync();
            await _two.DisposeAsync();
        }

        _entered.Dispose();
        _go.Dispose();
        foreach (var turn in _turns)
        {
            turn.Dispose();
        }
    }

    [ServersFact]
    public async Task Repeat_SameKeyAndBody_GetsTheStoredAnswerFromAnyInstance()
    {
        var first = (await One.SendAsync("POST", "/tools", Definitions.Valid("idem"), "Idempotency-Key", "k-1")).Is(201);
        var repeat = (await Two.SendAsync("POST", "/tools", Definitions.Valid("idem"), "Idempotency-Key", "k-1")).Is(201);
        Assert.Equal(first.Text, repeat.Text);
        Assert.Equal((first.Headers["Location"], first.ETag, "true"), (repeat.Headers["Location"], repeat.ETag, repeat.Headers["Idempotent-Replayed"]));
        Assert.False(first.Headers.ContainsKey("Idempotent-Replayed"));
        Assert.NotEqual(first.Headers["X-Request-ID"], repeat.Headers["X-Request-ID"]);
    }

    [ServersFact]
    public async Task Repeat_OfARefusal_GetsTheRefusalAlthoughItWouldPassNow()
    {
        var bad = Definitions.Valid("idem-needs").With("dependencies", new JsonArray("idem-later"));
        (await One.SendAsync("POST", "/tools", bad.DeepClone(), "Idempotency-Key", "k-2")).Is(422, "INVALID_DEFINITION");
        (await One.SendAsync("POST", "/tools", Definitions.Valid("idem-later"))).Is(201);
        var repeat = (await Two.SendAsync("POST", "/tools", bad.DeepClone(), "Idempotency-Key", "k-2")).Is(422, "INVALID_DEFINITION");
        Assert.Equal("true", repeat.Headers["Idempotent-Replayed"]);
        Assert.Equal("application/problem+json", repeat.Headers["Content-Type"]);
        (await Two.SendAsync("POST", "/tools", bad, "Idempotency-Key", "k-3")).Is(201);
    }

    [ServersFact]
    public async Task Key_WithAnotherBodyOrByAnotherCallerOrElsewhere_IsRefusedOrAnotherKey()
    {
        (await One.SendAsync("POST", "/tools", Definitions.Valid("idem-a"), "Idempotency-Key", "k-4")).Is(201);
        (await Two.SendAsync("POST", "/tools", Definitions.Valid("idem-b"), "Idempotency-Key", "k-4")).Is(422, "IDEMPOTENCY_KEY_REUSED");
        (await Two.SendAsync("POST", "/tools", Definitions.Valid("idem-c"), "Idempotency-Key", "k-4", TestAccess.Header, "somebody *")).Is(201);
        (await Two.SendAsync("POST", "/tools/idem-a/versions", Definitions.Valid("idem-a").With("version", "1.1.0"), "Idempotency-Key", "k-4")).Is(201);
        foreach (var key in new[] { "", new string('x', 129), "tab\there" })
        {
            (await One.SendAsync("POST", "/tools", Definitions.Valid("idem-d"), "Idempotency-Key", key)).Is(400, "INVALID_REQUEST");
        }
    }

    [ServersFact]
    public async Task Repeat_WhileTheFirstIsInWork_Is409AndRunsNothing()
    {
        var first = One.SendAsync("POST", "/slow", new JsonObject(), "Idempotency-Key", "k-5");
        await _entered.WaitAsync();
        var meanwhile = (await Two.SendAsync("POST", "/slow", new JsonObject(), "Idempotency-Key", "k-5")).Is(409, "IDEMPOTENCY_IN_PROGRESS");
        Assert.Equal("1", meanwhile.Headers["Retry-After"]);
        (await Two.SendAsync("POST", "/slow", new JsonObject { ["other"] = 1 }, "Idempotency-Key", "k-5")).Is(422, "IDEMPOTENCY_KEY_REUSED");
        _go.Release();
        Assert.Equal("1", (await first).Is(200).Text);
        Assert.Equal("1", (await Two.SendAsync("POST", "/slow", new JsonObject(), "Idempotency-Key", "k-5")).Is(200).Text);
        Assert.Equal(1, _calls);
    }

    [ServersFact]
    public async Task Repeat_ManyAtOnceOverBothInstances_MakeOneTool()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(number =>
            (number % 2 == 0 ? One : Two).SendAsync("POST", "/tools", Definitions.Valid("idem-many"), "Idempotency-Key", "k-6")));
        Assert.All(answers, answer => Assert.True((int)answer.Status == 201 || answer.Code == "IDEMPOTENCY_IN_PROGRESS", answer.Text));
        Assert.Single(answers.Where(answer => (int)answer.Status == 201).Select(answer => answer.Text).Distinct());
    }

    [ServersFact]
    public async Task Repeat_AfterTheInstanceWasKilledBetweenCommitAndAnswer_GetsTheAnswerOfTheFirst()
    {
        // What a kill -9 leaves: the tool is there, the key has no answer, and its lease runs out.
        var first = (await One.SendAsync("POST", "/tools", Definitions.Valid("idem-killed"), "Idempotency-Key", "k-7")).Is(201);
        var key = "key:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("k-7"u8));
        Assert.Equal(1, await fixture.Database.ExecuteAsync($"UPDATE idempotency_keys SET response = NULL, locked_until = now() + interval '1 hour' WHERE key = '{key}'"));
        (await Two.SendAsync("POST", "/tools", Definitions.Valid("idem-killed"), "Idempotency-Key", "k-7")).Is(409, "IDEMPOTENCY_IN_PROGRESS");
        await fixture.Database.ExecuteAsync($"UPDATE idempotency_keys SET locked_until = now() WHERE key = '{key}'");

        var repeat = (await Two.SendAsync("POST", "/tools", Definitions.Valid("idem-killed"), "Idempotency-Key", "k-7")).Is(201);

        Assert.Equal((string)first.Body!["id"]!, (string)repeat.Body!["id"]!);
        Assert.Equal(1L, await fixture.Database.ScalarAsync<long>("SELECT count(*) FROM tools WHERE slug = 'idem-killed'"));
    }

    [ServersFact]
    public async Task Repeat_OfAVersionAfterAKill_GetsTheAnswerOfTheFirst()
    {
        await One.SendAsync("POST", "/tools", Definitions.Valid("idem-version"));
        (await One.SendAsync("POST", "/tools/idem-version/versions", Definitions.Valid("idem-version").With("version", "1.1.0"), "Idempotency-Key", "k-8")).Is(201);
        var key = "key:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("k-8"u8));
        await fixture.Database.ExecuteAsync($"UPDATE idempotency_keys SET response = NULL, locked_until = now() WHERE key = '{key}'");
        (await Two.SendAsync("POST", "/tools/idem-version/versions", Definitions.Valid("idem-version").With("version", "1.1.0"), "Idempotency-Key", "k-8")).Is(201);
    }

    [ServersFact]
    public async Task Repeat_TheFirstWasOnlyTakenForDead_BothGiveTheAnswerOfTheOneThatTookOver()
    {
        var first = One.SendAsync("POST", "/turns", new JsonObject(), "Idempotency-Key", "k-9");
        await _entered.WaitAsync();
        await fixture.Database.ExecuteAsync($"UPDATE idempotency_keys SET locked_until = now() - interval '1 second' WHERE key = '{KeyOf("k-9")}'");
        var second = Two.SendAsync("POST", "/turns", new JsonObject(), "Idempotency-Key", "k-9");
        await _entered.WaitAsync();
        _turns[1].Release();
        Assert.Equal("2", (await second).Is(200).Text);
        _turns[0].Release();

        var late = (await first).Is(200);

        Assert.Equal(("2", "true"), (late.Text, late.Headers["Idempotent-Replayed"]));
        Assert.Equal("2", (await One.SendAsync("POST", "/turns", new JsonObject(), "Idempotency-Key", "k-9")).Is(200).Text);
    }

    [ServersFact]
    public async Task Repeat_AfterTooManyRequests_IsWorkedOn()
    {
        (await One.SendAsync("POST", "/busy", new JsonObject(), "Idempotency-Key", "k-10")).Is(429);
        (await Two.SendAsync("POST", "/busy", new JsonObject(), "Idempotency-Key", "k-10")).Is(200);
    }

    [ServersFact]
    public async Task Key_Stored_SaysNothingAboutTheBodyWithoutTheKeyOfTheInstallation()
    {
        var body = Definitions.Valid("idem-digest");
        (await One.SendAsync("POST", "/tools", body, "Idempotency-Key", "k-11")).Is(201);
        var stored = await fixture.Database.ScalarAsync<string>($"SELECT payload_hash FROM idempotency_keys WHERE key = '{KeyOf("k-11")}'");
        var bytes = System.Text.Encoding.UTF8.GetBytes(body.ToJsonString());
        Assert.Equal(new RequestDigests(Hosting.Secrets.SealingKeys.Development).Of(bytes), stored);
        Assert.NotEqual(new RequestDigests(Hosting.Secrets.SealingKeys.Random()).Of(bytes), stored);
    }

    private static string KeyOf(string key) => "key:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key)));

    private void Map(WebApplication app)
    {
        app.MapPost("/api/v1/slow", async () =>
        {
            _entered.Release();
            await _go.WaitAsync();
            return Results.Json(Interlocked.Increment(ref _calls));
        }).Idempotent();
        app.MapPost("/api/v1/turns", async () =>
        {
            var number = Interlocked.Increment(ref _tries);
            _entered.Release();
            await _turns[number - 1].WaitAsync();
            return Results.Json(number);
        }).Idempotent();
        app.MapPost("/api/v1/busy", () => Interlocked.Increment(ref _calls) == 1 ? Results.StatusCode(429) : Results.Json("done")).Idempotent();
    }
}
