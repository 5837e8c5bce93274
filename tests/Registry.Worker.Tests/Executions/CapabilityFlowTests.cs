using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Executions;

/// <summary>What becomes of a request by capability, once its provider is chosen: everything that is said names it, and nothing chooses again.</summary>
public sealed class CapabilityFlowTests
{
    private const string Wish = "cap:in;op=calculate;out";

    [ServersFact]
    public async Task Accepted_ByCap_SaysWhatWasAskedForAndWhoDoesIt()
    {
        await using var world = await World.CreateAsync();
        var replies = await world.Broker.ListenAsync("amq.fanout");
        var asked = new { requestId = "r-1", cap = Wish, replyOn = "accepted" };

        var id = await world.RequestAsync(asked, replyTo: replies);
        var accepted = await world.Broker.TakeAsync(replies);
        await world.TakeAsync<RunTool>(Runner.Queue);
        await world.RequestAsync(asked, id, replies);
        var repeated = await world.Broker.TakeAsync(replies);

        foreach (var message in new[] { accepted, repeated })
        {
            var data = World.Data<ToolExecutionAccepted>(message);
            Assert.Equal((id, ExecutionState.Queued), (data.ExecutionId, data.State));
            Assert.Equal((Wish, World.MatchedCap, "math-calculator"), (data.Cap, data.MatchedCap, data.Provider));
            using var document = JsonDocument.Parse(message.Body);
            Assert.Equal("tool.execution.accepted", document.RootElement.GetProperty("type").GetString());
        }
    }

    [ServersFact]
    public async Task Retry_ByCap_KeepsTheProviderAndEveryEventNamesIt()
    {
        await using var world = await World.CreateAsync(plan => plan with { Retry = plan.Retry with { MaxAttempts = 2, InitialDelayMs = 1, Jitter = 0 } });
        var heard = await world.Broker.ListenAsync("events", "tool.execution.#");

        var id = await world.RequestAsync(new { cap = Wish });
        var first = await world.TakeAsync<RunTool>(Runner.Queue);
        await world.ReportAsync(Runner.Started(first));
        await world.ReportAsync(Runner.Failed(first, ErrorCodes.ExecutionTimeout));
        var second = await world.TakeAsync<RunTool>(Runner.Queue);
        await world.ReportAsync(Runner.Started(second));
        await world.ReportAsync(Runner.Completed(second));
        await world.UntilAsync(id, "completed");

        Assert.Equal((2, first.ToolId, first.ToolVersion), (second.Attempt, second.ToolId, second.ToolVersion));
        foreach (var type in new[] { "started", "progress", "started", "completed" })
        {
            using var document = JsonDocument.Parse((await world.Broker.TakeAsync(heard)).Body);
            var data = document.RootElement.GetProperty("data");
            Assert.Equal("tool.execution." + type, document.RootElement.GetProperty("type").GetString());
            Assert.Equal(
                (Wish, World.MatchedCap, "math-calculator"),
                (data.GetProperty("cap").GetString(), data.GetProperty("matchedCap").GetString(), data.GetProperty("provider").GetString()));
        }
    }
}
