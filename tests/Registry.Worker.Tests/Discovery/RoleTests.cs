using System.Text.Json.Nodes;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Discovery;

/// <summary>Every path for every role (platform spec 4.3, 8.2).</summary>
public sealed class RoleTests(DiscoveryWorld world) : IClassFixture<DiscoveryWorld>
{
    private const string Everybody = "user agent service operator security-admin admin";

    [ServersTheory]
    [InlineData("GET", "/tools/search?q=x", Everybody)]
    [InlineData("GET", "/tools/recommendations", Everybody)]
    [InlineData("GET", "/recommendations", Everybody)]
    [InlineData("GET", "/tools/adder/related", Everybody)]
    [InlineData("GET", "/tools/adder/similar", Everybody)]
    [InlineData("GET", "/tools/adder/used-with", Everybody)]
    [InlineData("GET", "/tools/adder/dependencies", Everybody)]
    [InlineData("GET", "/tools/adder/dependents", Everybody)]
    [InlineData("POST", "/discovery", Everybody)]
    [InlineData("POST", "/learning", Everybody)]
    [InlineData("POST", "/tools/adder/relationships", "operator security-admin admin")]
    [InlineData("DELETE", "/tools/adder/relationships/ENHANCES/counter", "operator security-admin admin")]
    [InlineData("POST", "/graph/rebuild", "operator admin")]
    [InlineData("POST", "/admin/rebuild-cache", "operator admin")]
    public async Task Path_ForEachRole_LetsInWhomTheTableNames(string method, string path, string roles)
    {
        foreach (var role in $"{Everybody} nobody-knows-it".Split(' '))
        {
            var body = method != "POST" ? null
                : path.EndsWith("relationships", StringComparison.Ordinal) ? new JsonObject { ["toToolId"] = "counter", ["type"] = "ENHANCES", ["strength"] = 1 }
                : path == "/learning" ? FeedbackTests.Valid($"role-{role}")
                : new JsonObject { ["query"] = "x" };

            var status = (int)(await world.SendAsync(method, path, body, DiscoveryWorld.Token($"{role}-1", role))).Status;

            Assert.True(roles.Split(' ').Contains(role) ? status is >= 200 and < 300 : status == 403, $"{role}: {status}");
        }
    }

    [ServersTheory]
    [InlineData("GET", "/tools/search?q=x")]
    [InlineData("POST", "/discovery")]
    [InlineData("POST", "/learning")]
    [InlineData("POST", "/graph/rebuild")]
    public async Task Path_WithABadLogin_Is401(string method, string path) =>
        (await world.SendAsync(method, path, method == "POST" ? new JsonObject { ["query"] = "x" } : null, "no-token")).Is(401, "UNAUTHENTICATED");
}
