using Capns.Access;
using Capns.Access.Messages;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Rights;

/// <summary>How the registry passes on who asked it.</summary>
public sealed class CallerHeaderTests
{
    private static readonly Caller Full = new()
    {
        Kind = CallerKind.User,
        Id = "älice \"the first\"",
        Roles = ["user", "operator"],
        Permissions = new HashSet<string> { "tool:execute:restricted" },
        Scopes = new HashSet<string> { "tool:read", "*" },
        Agents = new HashSet<string> { "a1", "a2" },
        Projects = new HashSet<string> { "x" },
        Proof = CallerProof.Broker,
        ActingService = "gateway",
        AccountId = new Guid("0195561f-5a10-7c44-8b21-1a2b3c4d5e01"),
        KeyId = "abcd1234",
        ExpiresAt = new DateTimeOffset(2026, 3, 2, 9, 15, 0, 120, TimeSpan.Zero),
    };

    [Fact]
    public void Write_EveryMember_IsReadAgain()
    {
        Same(Full, CallerHeader.Read(CallerHeader.Write(Full)));
        Same(Callers.Nobody, CallerHeader.Read(CallerHeader.Write(Callers.Nobody)));
    }

    [Fact]
    public void Write_AnyCaller_IsReadAgain() => Prop.ForAll(
        RandomRules.People().ToArbitrary(), caller => Same(caller, CallerHeader.Read(CallerHeader.Write(caller)))).QuickCheckThrowOnFailure();

    // Memberships of discussions decide nothing here, and may be many.
    [Fact]
    public void Write_MembersThatDecideNothing_StayBehind()
    {
        var text = CallerHeader.Write(Full with { Discussions = new HashSet<string> { "d-secret" } });
        Assert.Equal(CallerHeader.Write(Full), text);
        Assert.DoesNotContain('\n', text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("admin")]
    [InlineData("""{"kind":"user"}""")]
    [InlineData("""{"kind":"user","id":""}""")]
    [InlineData("""{"kind":"root","id":"alice"}""")]
    [InlineData("""{"id":"alice","roles":["admin"]}""")]
    [InlineData("""{"kind":"user","id":"alice","roles":"admin"}""")]
    [InlineData("""{"kind":"user","id":"alice","roles":[null]}""")]
    [InlineData("""{"kind":"user","id":"alice","expiresAt":"soon"}""")]
    [InlineData("""{"kind":"user","id":"alice"}}""")]
    public void Read_IsNoCaller_IsNobody(string text) => Assert.Null(CallerHeader.Read(text));

    private static void Same(Caller expected, Caller? read)
    {
        Assert.NotNull(read);
        Assert.Equal(
            (expected.Kind, expected.Id, expected.Proof, expected.ActingService, expected.AccountId, expected.KeyId, expected.ExpiresAt),
            (read.Kind, read.Id, read.Proof, read.ActingService, read.AccountId, read.KeyId, read.ExpiresAt));
        Assert.Equal(expected.Roles, read.Roles);
        Assert.Equal(expected.Permissions.Order(), read.Permissions.Order());
        Assert.Equal(expected.Scopes?.Order(), read.Scopes?.Order());
        Assert.Equal(expected.Agents.Order(), read.Agents.Order());
        Assert.Equal(expected.Projects.Order(), read.Projects.Order());
    }
}
