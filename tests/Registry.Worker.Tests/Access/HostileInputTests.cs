using System.Net;
using System.Text;
using Capns.Registry.Worker.Access.Login;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Access;

/// <summary>Some hundred hostile tokens and requests are refused as the caller's mistakes, and change nothing.</summary>
public sealed class HostileInputTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>
{
    private const string State = """
        SELECT md5(concat(
            (SELECT string_agg(policies::text, '|' ORDER BY id) FROM policies), (SELECT string_agg(permission_grants::text, '|' ORDER BY id) FROM permission_grants),
            (SELECT string_agg(service_accounts::text, '|' ORDER BY id) FROM service_accounts), (SELECT string_agg(id || revoked_at, '|' ORDER BY id) FROM api_keys),
            (SELECT string_agg(tools::text, '|' ORDER BY id) FROM tools), (SELECT revision FROM access_revision)))
        """;

    /// <summary>Parts of what an unhandled exception would show.</summary>
    private static readonly string[] Leaks = ["   at ", "Exception", "Npgsql", "System.", "StackTrace", ".cs:line"];

    [ServersFact]
    public async Task Token_Hostile_GetsNobodyIn()
    {
        await using var host = await AccessHost.StartAsync(fixture);
        await host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", host.Token("root", "admin"));
        var before = await fixture.Database.ScalarAsync<string>(State);
        var tokens = HostileInputs.Tokens(host.Time.GetUtcNow()).ToList();
        Assert.InRange(tokens.Count, 150, int.MaxValue);
        foreach (var some in tokens.Chunk(LoginLimiter.PerAddress - 1))
        {
            // A new instance each time: the limit of failed logins is not what keeps them out here.
            await using var fresh = await AccessHost.StartAsync(fixture);
            await RefuseAsync(fresh, some);
        }

        Assert.Equal(before, await fixture.Database.ScalarAsync<string>(State));
        await host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/me", host.Token("root", "admin"));
    }

    [ServersFact]
    public async Task Request_Hostile_IsTheCallersMistakeAndChangesNothing()
    {
        await using var host = await AccessHost.StartAsync(fixture);
        var (before, requests) = (await fixture.Database.ScalarAsync<string>(State), HostileInputs.Requests().ToList());
        Assert.InRange(requests.Count, 300, int.MaxValue);
        foreach (var (method, path, body, type) in requests)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
            if (path != "/oauth/token")
            {
                request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {host.Token("root", "admin")}");
            }

            request.Content = body is null ? null : new ByteArrayContent(body);
            request.Content?.Headers.TryAddWithoutValidation("Content-Type", type);
            using var answer = await host.Client.SendAsync(request);
            await CheckAsync(answer, $"{method} {path} {(body is null ? "" : Encoding.Latin1.GetString(body.AsSpan(0, Math.Min(body.Length, 80))))}");
        }

        Assert.Equal(before, await fixture.Database.ScalarAsync<string>(State));
        await host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/policies", host.Token("root", "admin"));
    }

    private static async Task RefuseAsync(AccessHost host, IEnumerable<string> tokens)
    {
        foreach (var token in tokens)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me");
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
            using var answer = await host.Client.SendAsync(request);
            await CheckAsync(answer, token);
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{answer.StatusCode}: {token}");
        }
    }

    private static async Task CheckAsync(HttpResponseMessage answer, string what)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode is >= 400 and < 500, $"{(int)answer.StatusCode} for {what}: {text}");
        Assert.DoesNotContain(Leaks, leak => text.Contains(leak, StringComparison.Ordinal));
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.True(answer.Content.Headers.ContentType?.MediaType is "application/problem+json" or "application/json", what);
    }
}
