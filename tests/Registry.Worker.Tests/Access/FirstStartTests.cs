using System.Net;
using System.Text;
using Capns.Access.Login;
using Capns.Hosting.Configuration;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Access.Keys;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Access;

/// <summary>The first administrator, and secrets that are none.</summary>
public sealed class FirstStartTests
{
    private const string Good = "Kq3vT9mZx7Lr2Wd8Yh5Bn4Cf6Gj1Pk0S";

    [ServersFact]
    public async Task Start_NobodyIsThere_PrintsOneKeyOnceAndItOpensEverything()
    {
        var fixture = new CatalogueFixture();
        await fixture.InitializeAsync();
        try
        {
            var hosts = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => AccessHost.StartAsync(fixture)));
            var printed = Assert.Single(hosts, host => host.Printed.ToString().Length > 0).Printed.ToString();
            var key = printed.Split(' ').Single(word => word.StartsWith("capns_", StringComparison.Ordinal));
            foreach (var host in hosts)
            {
                await host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/policies", key);
                await host.DisposeAsync();
            }

            await using var later = await AccessHost.StartAsync(fixture);
            Assert.Empty(later.Printed.ToString());
            Assert.Equal(1L, await fixture.Database.ScalarAsync<long>("SELECT count(*) FROM api_keys"));
        }
        finally
        {
            await fixture.DisposeAsync();
        }
    }

    [ServersFact]
    public async Task Start_KeyIsSetByEnvironment_HoldsUntilItIsRevoked()
    {
        var fixture = new CatalogueFixture();
        await fixture.InitializeAsync();
        try
        {
            var key = $"capns_boot_{Good}";
            Assert.True(ApiKeyText.TryRead(key, out var text));
            for (var start = 0; start < 2; start++)
            {
                await using var host = await AccessHost.StartAsync(fixture, options => options with { AdministratorKey = text });
                Assert.Empty(host.Printed.ToString());
                await host.ExpectAsync(HttpStatusCode.OK, "GET", "/api/v1/policies", key);
            }

            await using (var host = await AccessHost.StartAsync(fixture, options => options with { AdministratorKey = text }))
            {
                await host.ExpectAsync(HttpStatusCode.NoContent, "DELETE", "/api/v1/api-keys/boot", key);
            }

            await using var last = await AccessHost.StartAsync(fixture, options => options with { AdministratorKey = text });
            await last.ExpectAsync(HttpStatusCode.Unauthorized, "GET", "/api/v1/policies", key);
        }
        finally
        {
            await fixture.DisposeAsync();
        }
    }

    // Secrets, and what is said of them; null: nothing.
    [Theory]
    [InlineData(Good, null)]
    [InlineData("5f8a2c9e1b7d4063a8c5e2f91d6b3074", null)]
    [InlineData("short", "at least 32 bytes")]
    [InlineData("Kq3vT9mZx7Lr2Wd8Yh5Bn4Cf6Gj1Pk0", "at least 32 bytes")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "different characters")]
    [InlineData("abababababababababababababababababababababab", "different characters")]
    [InlineData("your-256-bit-secret-your-256-bit-secret", "known default")]
    [InlineData("change-me-in-production-please-change-me", "known default")]
    [InlineData("uaip_dev_jwt_secret_key_change_in_production", "known default")]
    [InlineData("my-super-secret-jwt-signing-key-2024!!", "known default")]
    [InlineData("development-secret-for-capns-workers-01", "known default")]
    [InlineData("0123456789abcdef0123456789abcdef", "known default")]
    [InlineData("abcdefghijklmnopqrstuvwxyz123456", "known default")]
    [InlineData("password-password-password-12345-xyz", "known default")]
    public void Secret_OutsideDevelopment_IsOneOrRefused(string secret, string? word)
    {
        if (word is null)
        {
            Assert.Null(SecretRules.Problem(secret));
            Assert.Equal(Encoding.UTF8.GetBytes(secret), Read(("JWT_SECRET", secret)).Logins.JwtSecret!.Value.ToArray());
            return;
        }

        var refused = Assert.Throws<SettingException>(() => Read(("JWT_SECRET", secret)));
        Assert.Contains("JWT_SECRET", refused.Message, StringComparison.Ordinal);
        Assert.Contains(word, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, refused.Message, StringComparison.Ordinal);
        Assert.NotNull(AccessOptions.Read(Environment(("JWT_SECRET", secret)), isDevelopment: true).Logins.JwtSecret);
    }

    [Theory]
    [InlineData("AUTH_METHODS", "jwt,kerberos", "AUTH_METHODS=jwt,kerberos")]
    [InlineData("AUTH_METHODS", ",", "AUTH_METHODS")]
    [InlineData("TRUSTED_PROXIES", "10.0.0.1,proxy", "addresses or networks")]
    [InlineData("TRUSTED_PROXIES", "10.0.0.0/33", "addresses or networks")]
    [InlineData("OAUTH_AUTHORITY", "http://login.example", "https://")]
    [InlineData("OAUTH_AUTHORITY", "login.example", "https://")]
    [InlineData("OAUTH_AUTHORITY", "https://login.example?x=1", "query")]
    [InlineData("JWT_ISSUER", "urn:capns:registry", "another name")]
    [InlineData("CAPNS_ADMIN_KEY", "secret", "capns_<id>_<secret>")]
    [InlineData("CAPNS_ADMIN_KEY", "capns_a_Kq3vT9mZx7Lr2Wd8Yh5Bn4Cf6Gj1Pk0S", "capns_<id>_<secret>")]
    [InlineData("CAPNS_ADMIN_KEY", "capns_boot_Kq3vT9mZx7Lr2Wd8Yh5Bn4Cf6Gj1Pk0", "capns_<id>_<secret>")]
    [InlineData("CAPNS_ADMIN_KEY", "capns_boot_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "different characters")]
    public void Setting_ThatCannotBeUsed_StopsTheHost(string name, string value, string word) =>
        Assert.Contains(word, Assert.Throws<SettingException>(() => Read((name, value))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("tool:execute:restricted")]
    [InlineData("tool:read,act-as")]
    [InlineData("admin:force")]
    [InlineData("execution:approve:safe")]
    [InlineData("apikey:write:any")]
    [InlineData("everything")]
    [InlineData("tool:*")]
    public void AnonymousPermissions_ThatNeedALogin_StopTheHost(string value) =>
        Assert.Contains("ANONYMOUS_PERMISSIONS", Assert.Throws<SettingException>(() => AdmissionOptions.Read(Environment(("ANONYMOUS_PERMISSIONS", value)))).Message, StringComparison.Ordinal);

    [Fact]
    public void Settings_Absent_AreThoseOfTheSpecification()
    {
        var options = Read();
        Assert.Equal((true, true, true, "uaip-security-gateway", "uaip-services", "uaip-services"), (options.Logins.TakesJwt, options.Logins.TakesOAuth, options.Logins.TakesApiKeys, options.Logins.JwtIssuer, options.Logins.JwtAudience, options.Logins.OAuthAudience));
        Assert.Null(options.Logins.JwtSecret);
        Assert.Null(options.Logins.OAuthAuthority);
        Assert.Equal("mine", Read(("JWT_AUDIENCE", "mine")).Logins.OAuthAudience);
        Assert.Equal(
            ["learning:write", "tool:execute:moderate", "tool:execute:safe", "tool:read"], AdmissionOptions.Read(Environment()).AnonymousPermissions.Order());
    }

    [Fact]
    public void Keys_Made_AreReadAgainAndNeverAlike()
    {
        var keys = Enumerable.Range(0, 1000).Select(_ => ApiKeyText.Create()).ToList();
        Assert.Equal(1000, keys.Select(key => key.Id).Distinct().Count());
        Assert.Equal(1000, keys.Select(key => key.Secret).Distinct().Count());
        Assert.All(keys, key =>
        {
            Assert.True(ApiKeyText.TryRead(key.ToString(), out var read));
            Assert.Equal(key, read);
        });
    }

    private static AccessOptions Read(params (string Name, string Value)[] variables) => AccessOptions.Read(Environment(variables), isDevelopment: false);

    private static EnvironmentReader Environment(params (string Name, string Value)[] variables) =>
        new(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
