using Capns.Access;
using Capns.Access.Messages;
using Xunit;

namespace Capns.Registry.Worker.Tests.Access;

/// <summary>A service that names itself stays what it is, whatever it may do for others.</summary>
public sealed class NamedCallerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Settle_ServiceNamesItself_IsItself(bool mayActAs)
    {
        var service = new Caller { Kind = CallerKind.Service, Id = "indexer" };

        var (caller, refusal) = await NamedCaller.SettleAsync(service, "indexer", null, _ => new(Decision(mayActAs)));

        Assert.Same(service, caller);
        Assert.Null(refusal);
    }

    [Fact]
    public async Task Settle_ServiceNamesAnother_NeedsActAs()
    {
        var service = new Caller { Kind = CallerKind.Service, Id = "indexer" };

        var (acting, _) = await NamedCaller.SettleAsync(service, "alice", null, _ => new(Decision(true)));
        var (_, refusal) = await NamedCaller.SettleAsync(service, "alice", null, _ => new(Decision(false)));

        Assert.Equal((CallerKind.User, "alice", "indexer"), (acting.Kind, acting.Id, acting.ActingService));
        Assert.Contains("userId must be the login's own", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settle_UserNamesAnAgentOfItsOwnName_IsRefused()
    {
        var user = new Caller { Kind = CallerKind.User, Id = "agent-001" };

        var (_, refusal) = await NamedCaller.SettleAsync(user, null, "agent-001", _ => new(Decision(false)));

        Assert.NotNull(refusal);
    }

    private static AccessDecision Decision(bool allowed) =>
        new() { Effect = allowed ? AccessEffect.Allowed : AccessEffect.Denied, Reason = "" };
}
