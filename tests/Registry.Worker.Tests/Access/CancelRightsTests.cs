using Capns.Registry.Worker.Tests.Approvals;
using Capns.Registry.Worker.Tests.Executions;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Access;

/// <summary>Who may end an execution by message (platform spec 3.19, 8.2).</summary>
public sealed class CancelRightsTests
{
    [ServersFact]
    public async Task Cancel_OwnedExecution_NeedsItsCallerOrThePermission()
    {
        await using var world = await World.CreateAsync(settings: new WorldSettings { RealAccess = true });
        var id = await world.RequestAsync();
        await world.UntilAsync(id, "queued");
        await world.Database.ExecuteAsync($"UPDATE executions SET caller_kind = 'user', caller_id = 'alice' WHERE id = '{id}'");

        // Everybody else is told why, in the order in which they ask; nothing changes.
        var replies = await world.Broker.ListenAsync("amq.fanout");
        foreach (var (token, code) in new (string?, string)[]
        {
            (null, "INSUFFICIENT_PERMISSIONS"), ("garbage", "UNAUTHENTICATED"), (Token("bob", "user"), "INSUFFICIENT_PERMISSIONS"), (Token("sam", "agent"), "INSUFFICIENT_PERMISSIONS"),
        })
        {
            await world.CancelAsync(Request(id, token), replies);
            Assert.Contains($"\"{code}\"", System.Text.Encoding.UTF8.GetString((await world.Broker.TakeAsync(replies)).Body.Span), StringComparison.Ordinal);
        }

        Assert.Equal("queued", await world.StatusAsync(id));
        await world.CancelAsync(Request(id, Token("alice", "user")));
        await world.UntilAsync(id, "cancelled");

        var second = await world.RequestAsync();
        await world.UntilAsync(second, "queued");
        await world.Database.ExecuteAsync($"UPDATE executions SET caller_kind = 'user', caller_id = 'alice' WHERE id = '{second}'");
        await world.CancelAsync(Request(second, Token("olga", "operator")));
        await world.UntilAsync(second, "cancelled");
    }

    private static object Request(Guid id, string? token) => token is null
        ? new { executionId = id }
        : new { executionId = id, auth = new { token } };

    private static string Token(string user, string role) => TestTokens.Hs256(TestTokens.Claims(TimeProvider.System.GetUtcNow(), user, role));
}
