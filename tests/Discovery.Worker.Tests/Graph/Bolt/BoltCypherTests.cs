using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Graph.Bolt;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Graph.Bolt;

public class BoltCypherTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task ReadAndWrite_VerifyTheServerOnceBefore()
    {
        await using var peer = Echoing();
        await using var cypher = new BoltCypher(new BoltDriver(peer.Options()));
        Assert.Equal("neo4j", cypher.Store);
        await cypher.ReadAsync(BoltDriverTests.One, None);
        await cypher.WriteAsync([BoltDriverTests.One], None);
        Assert.Equal(["RETURN $echo AS echo", BoltDriverTests.One.Text, BoltDriverTests.One.Text],
            peer.Requests.Where(request => request.Name == "RUN").Select(request => request.Fields[0]));
    }

    [Fact]
    public async Task Read_ServerChangesParameters_IsAway()
    {
        await using var peer = new ScriptedPeer();
        await using var cypher = new BoltCypher(new BoltDriver(peer.Options()));
        await Assert.ThrowsAsync<GraphAwayException>(() => cypher.ReadAsync(BoltDriverTests.One, None));
        Assert.DoesNotContain(peer.Requests, request => request.Name == "RUN" && Equals(request.Fields[0], BoltDriverTests.One.Text));
    }

    [Theory]
    [InlineData("Neo.ClientError.Statement.SyntaxError", false)]
    [InlineData("Neo.ClientError.Schema.ConstraintValidationFailed", false)]
    [InlineData("Neo.ClientError.Procedure.ProcedureNotFound", false)]
    [InlineData("Neo.ClientError.Request.Invalid", false)]
    [InlineData("Neo.ClientError.Security.Unauthorized", true)]
    [InlineData("Neo.ClientError.Database.DatabaseNotFound", true)]
    [InlineData("Neo.ClientError.Transaction.TransactionTimedOut", true)]
    [InlineData("Neo.TransientError.Transaction.Terminated", true)]
    [InlineData("Neo.TransientError.Transaction.DeadlockDetected", true)]
    [InlineData("Neo.DatabaseError.General.UnknownError", true)]
    public async Task Write_ServerRefuses_IsAwayUnlessTheStatementIsWrong(string code, bool away)
    {
        await using var peer = Echoing();
        await using var cypher = new BoltCypher(new BoltDriver(peer.Options()));
        await cypher.ReadAsync(BoltDriverTests.One, None);
        BoltDriverTests.Once(peer, "RUN", side => side.FailureAsync(code));
        var writing = cypher.WriteAsync([BoltDriverTests.One], None);
        if (away)
        {
            Assert.IsType<BoltServerException>((await Assert.ThrowsAsync<GraphAwayException>(() => writing)).InnerException);
        }
        else
        {
            await Assert.ThrowsAsync<BoltServerException>(() => writing);
        }
    }

    [Fact]
    public async Task ReadAndWrite_NothingListens_AreAway()
    {
        var peer = Echoing();
        var options = peer.Options();
        await peer.DisposeAsync();
        await using var cypher = new BoltCypher(new BoltDriver(options));
        await Assert.ThrowsAsync<GraphAwayException>(() => cypher.ReadAsync(BoltDriverTests.One, None));
        await Assert.ThrowsAsync<GraphAwayException>(() => cypher.WriteAsync([BoltDriverTests.One], None));
    }

    [Fact]
    public async Task Write_AnswerToCommitIsLost_IsRepeated()
    {
        await using var peer = Echoing();
        await using var cypher = new BoltCypher(new BoltDriver(BoltDriverTests.Patient(peer)));
        BoltDriverTests.Once(peer, "COMMIT", side => Task.FromResult(side.Cut()));
        await cypher.WriteAsync([BoltDriverTests.One], None);
        Assert.Equal(2, peer.Names.Count(name => name == "COMMIT"));
    }

    [Fact]
    public async Task Read_Cancelled_IsCancelledNotAway()
    {
        await using var peer = Echoing();
        await using var cypher = new BoltCypher(new BoltDriver(peer.Options()));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cypher.ReadAsync(BoltDriverTests.One, new CancellationToken(true)));
    }

    private static ScriptedPeer Echoing()
    {
        var peer = new ScriptedPeer();
        object? echo = null;
        peer.Answer = async (side, request) =>
        {
            echo = request.Name == "RUN" ? request.Map(1).GetValueOrDefault("echo") : echo;
            if (request.Name == "PULL" && echo is not null)
            {
                await side.RecordAsync(echo);
                await side.SuccessAsync();
                return true;
            }

            return false;
        };
        return peer;
    }
}
