using Capns.Access;
using Capns.Access.Messages;
using Capns.Access.Rules;
using Capns.Contracts;
using Capns.Discovery.Worker.Rights;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Rights;

/// <summary>What is left of the rights of who asked before.</summary>
public sealed class RememberedCallersTests : IDisposable
{
    private static readonly Guid Id = Guid.CreateVersion7();
    private readonly ManualTime _time = new();
    private readonly TestTables _tables = new();
    private readonly AccessState _state;
    private readonly RememberedCallers _callers;
    private long _revision;

    public RememberedCallersTests()
    {
        _state = new AccessState(_tables, _time);
        _callers = new RememberedCallers(
            new LastRules(_state, _time, NullLogger<LastRules>.Instance), new AnonymousRights(new HashSet<string> { "tool:read", "tool:execute:safe" }), _time);
    }

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task Account_ThatWasGivenOtherRights_HasTheNewOnes()
    {
        var caller = Account(["operator"]).AsCaller(CallerProof.Broker);
        Rules(Account(["service"]));
        Assert.Equal(SecurityLevel.Moderate, (await RightsAsync(caller))!.HighestLevel);
        Rules();
        Assert.Null(await RightsAsync(caller));
        Rules(new ServiceAccount { Id = Guid.CreateVersion7(), Name = "indexer", Roles = ["service"], Permissions = [], CreatedAt = _time.GetUtcNow() });
        Assert.Null(await RightsAsync(caller));
    }

    [Fact]
    public async Task Service_ThatMayNoLongerActForOthers_GivesNothing()
    {
        var caller = new Caller { Kind = CallerKind.Agent, Id = "a1", Roles = ["agent"], ActingService = "indexer", AccountId = Id, Proof = CallerProof.Broker };
        Rules(Account(["service"], "act-as"));
        Assert.Equal("a1", (await RightsAsync(caller))!.Caller.Id);
        Rules(Account(["service"]));
        Assert.Null(await RightsAsync(caller));
    }

    [Fact]
    public async Task Key_ThatIsNotThereAnyMore_GivesNothing()
    {
        Rules();
        Assert.Null(await RightsAsync(new Caller { Kind = CallerKind.User, Id = "alice", Roles = ["user"], KeyId = "gone" }));
    }

    [Fact]
    public async Task Nobody_HasWhatNobodyHasToday()
    {
        Rules();
        Assert.Equal(SecurityLevel.Safe, (await RightsAsync(Callers.Anonymous(new HashSet<string> { "tool:execute:restricted" })))!.HighestLevel);
    }

    [Fact]
    public async Task Caller_WhoMayNotReadToolsAnyMore_GetsNoRights()
    {
        var caller = new Caller { Kind = CallerKind.User, Id = "alice", Roles = ["user"] };
        Rules();
        Assert.NotNull(await RightsAsync(caller));
        _tables.Rules = new AccessSnapshot(
            ++_revision, [], [new PolicyRule("no", Policy.Deny, new PolicyMatch { Actions = ["tool:read"], Subjects = new PolicySubjects { Users = ["alice"] } }, "Because.", [], null)], []);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await RightsAsync(caller));
    }

    [Fact]
    public async Task Key_ThatCannotBeLookedUp_IsNotJudged()
    {
        Rules();
        await RightsAsync(Callers.Nobody);
        _tables.IsAway = true;
        _time.Advance(TimeSpan.FromSeconds(2));
        var (isKnown, rights) = await _callers.RightsAsync(new Caller { Kind = CallerKind.User, Id = "alice", KeyId = "k" }, "a1", CancellationToken.None);
        Assert.Equal((false, null), (isKnown, rights));
    }

    private static ServiceAccount Account(string[] roles, params string[] permissions) =>
        new() { Id = Id, Name = "indexer", Roles = roles, Permissions = permissions, CreatedAt = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero) };

    private void Rules(params ServiceAccount[] accounts)
    {
        _tables.Rules = new AccessSnapshot(++_revision, [], [], accounts);
        _time.Advance(TimeSpan.FromSeconds(2));
    }

    private async Task<RightsFilter?> RightsAsync(Caller caller)
    {
        var (isKnown, rights) = await _callers.RightsAsync(caller, "a1", CancellationToken.None);
        Assert.True(isKnown);
        return rights;
    }
}
