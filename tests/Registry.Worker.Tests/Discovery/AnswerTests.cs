using System.Text.Json.Nodes;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Discovery;

/// <summary>Discovery refuses, is silent, answers late or twice, or says what cannot be read.</summary>
public sealed class AnswerTests(HurriedWorld world) : IClassFixture<HurriedWorld>
{
    [ServersTheory]
    [InlineData("INVALID_REQUEST", 400)]
    [InlineData("INVALID_PARAMETERS", 422)]
    [InlineData("TOOL_NOT_FOUND", 404)]
    [InlineData("INVALID_CAP", 400)]
    public async Task Refusal_OfDiscovery_IsAProblemWithItsTextAndDetails(string code, int status)
    {
        world.Discovery.Script = heard => world.Discovery.RefuseAsync(
            heard, code, "limit is wrong.", new JsonObject { ["errors"] = new JsonArray(new JsonObject { ["path"] = "/limit" }) });

        var answer = (await world.SendAsync("POST", "/discovery", new JsonObject { ["query"] = "x" })).Is(status, code);

        Assert.Equal("limit is wrong.", (string?)answer.Body!["detail"]);
        Assert.Equal("/limit", (string?)answer.Body!["details"]!["errors"]![0]!["path"]);
        Assert.Equal("/api/v1/discovery", (string?)answer.Body!["instance"]);
    }

    [ServersFact]
    public async Task Refusal_ThatMayPass_SaysWhenToTryAgain()
    {
        world.Discovery.Script = heard => world.Discovery.RefuseAsync(heard, "SERVICE_UNAVAILABLE", "The graph is away.");

        var answer = (await world.SendAsync("GET", "/tools/search?q=x")).Is(503, "SERVICE_UNAVAILABLE");

        Assert.Equal(("The graph is away.", "2"), ((string)answer.Body!["detail"]!, answer.Headers["Retry-After"]));
    }

    [ServersFact]
    public async Task Refusal_WithACodeNobodyKnows_IsAnErrorInside()
    {
        world.Discovery.Script = heard => world.Discovery.RefuseAsync(heard, "FULL_MOON", "Not today.");

        (await world.SendAsync("GET", "/tools/search?q=x")).Is(500, "INTERNAL_ERROR");
    }

    [ServersTheory]
    [InlineData("this is no JSON")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"data":null}""")]
    [InlineData("""{"data":{"trigger":"discovery"}}""")]
    public async Task Answer_ThatCannotBeRead_IsAnErrorInside(string body)
    {
        world.Discovery.Script = heard => world.Discovery.SayAsync(heard, body);

        (await world.SendAsync("GET", "/tools/search?q=x")).Is(500, "INTERNAL_ERROR");
    }

    [ServersFact]
    public async Task Silence_EndsWithTheLimitAndALateAnswerIsNobodys()
    {
        var late = new TaskCompletionSource<Heard>(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Discovery.Script = heard =>
        {
            late.TrySetResult(heard);
            return Task.CompletedTask;
        };

        var answer = (await world.SendAsync("GET", "/tools/search?q=first")).Is(503, "SERVICE_UNAVAILABLE");

        Assert.Equal("Discovery has not answered within 2000 ms. Try again in a few seconds.", (string?)answer.Body!["detail"]);
        Assert.Equal("2", answer.Headers["Retry-After"]);
        world.Discovery.Script = async heard =>
        {
            await world.Discovery.AnswerAsync(await late.Task, ScriptedDiscovery.Recommendations("search", "late"));
            await world.Discovery.AnswerAsync(heard, ScriptedDiscovery.Recommendations("search", "in-time"));
        };
        Assert.Equal("in-time", (string?)(await world.SendAsync("GET", "/tools/search?q=second")).Is(200).Body!["recommendations"]![0]!["name"]);
    }

    [ServersFact]
    public async Task Answer_ThatComesTwice_CountsOnce()
    {
        world.Discovery.Script = async heard =>
        {
            await world.Discovery.AnswerAsync(heard, ScriptedDiscovery.Recommendations("search", $"{heard.Data["query"]}-1"));
            await world.Discovery.AnswerAsync(heard, ScriptedDiscovery.Recommendations("search", $"{heard.Data["query"]}-2"));
        };

        foreach (var words in new[] { "a", "b", "c" })
        {
            Assert.Equal($"{words}-1", (string?)(await world.SendAsync("GET", $"/tools/search?q={words}")).Is(200).Body!["recommendations"]![0]!["name"]);
        }
    }

    [ServersFact]
    public async Task Answers_ToManyAtOnce_EachFindItsAsker()
    {
        world.Discovery.Script = heard => world.Discovery.AnswerAsync(heard, ScriptedDiscovery.Recommendations("search", (string)heard.Data["query"]!));

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => world.SendAsync("GET", $"/tools/search?q=q{number}")));

        Assert.Equal(Enumerable.Range(0, 20).Select(number => $"q{number}"), answers.Select(answer => (string)answer.Is(200).Body!["recommendations"]![0]!["name"]!));
    }

    [ServersFact]
    public async Task Command_ThatIsNotAnswered_SaysThatItMayStillBeDone()
    {
        world.Discovery.Script = _ => Task.CompletedTask;

        var answer = (await world.SendAsync("POST", "/graph/rebuild")).Is(503, "SERVICE_UNAVAILABLE");

        Assert.EndsWith("What was ordered may still be done; to order it again does no harm.", (string?)answer.Body!["detail"], StringComparison.Ordinal);
    }
}

/// <summary>The broker is away.</summary>
public sealed class BrokerAwayTests(BrokerlessWorld world) : IClassFixture<BrokerlessWorld>
{
    [ServersFact]
    public async Task Question_WhileTheBrokerIsAway_Is503InTime()
    {
        var answer = (await world.SendAsync("GET", "/tools/adder/similar")).Is(503, "SERVICE_UNAVAILABLE");

        Assert.Equal(("Discovery has not answered within 300 ms. Try again in a few seconds.", "2"), ((string)answer.Body!["detail"]!, answer.Headers["Retry-After"]));
    }

    [ServersFact]
    public async Task Feedback_WhileTheBrokerIsAway_IsKeptForLater()
    {
        (await world.SendAsync("POST", "/learning", FeedbackTests.Valid("kept-1"))).Is(202);

        Assert.Equal(1L, await world.Database.ScalarAsync<long>("SELECT count(*) FROM outbox WHERE routing_key = 'capns.discovery.learning'"));
    }
}
