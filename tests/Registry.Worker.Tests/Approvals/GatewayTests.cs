using Capns.Registry.Worker.Tests.Executions;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Approvals;

/// <summary>The security gateway's events (platform spec 3.23).</summary>
public sealed class GatewayTests
{
    [ServersFact]
    public async Task Events_OfTheGatewaysLogin_Count()
    {
        await using var world = await StartAsync(isGateway: true);
        var (granted, denied, cancelled, expired) = (await world.AskAsync(), await world.AskAsync(), await world.AskAsync(), await world.AskAsync());

        await world.GatewayAsync("approval.workflow.completed", new { workflowId = "w", operationId = granted, approved = true, status = "approved" });
        await world.GatewayAsync("approval.workflow.completed", new { workflowId = "w", operationId = denied, approved = false, status = "rejected" });
        await world.GatewayAsync("approval.workflow.cancelled", new { workflowId = "w", operationId = cancelled, reason = "nobody there" });
        await world.GatewayAsync("approval.workflow.expired", new { workflowId = "w", operationId = expired });

        await world.RunAsync(granted);
        await world.UntilAsync(denied, "rejected");
        await world.UntilAsync(cancelled, "cancelled");
        await world.UntilAsync(expired, "expired");
        Assert.Equal(("cancelled", "expired"), (await world.ApprovalAsync(cancelled), await world.ApprovalAsync(expired)));
        Assert.Equal([$"approval.expire Ok {world.Broker.VirtualHost}"], (await world.AuditAsync()).Where(entry => entry.StartsWith("approval.expire", StringComparison.Ordinal)));
        Assert.Equal("gateway", await world.Database.ScalarAsync<string>($"SELECT via FROM approval_decisions d JOIN approvals a ON a.id = d.approval_id WHERE a.execution_id = '{granted}'"));

        // Late and again: nothing changes what has ended.
        await world.GatewayAsync("approval.workflow.cancelled", new { workflowId = "w", operationId = denied, reason = "late" });
        await world.GatewayAsync("approval.workflow.expired", new { workflowId = "w", operationId = granted });
        await HandledAsync(world);
        Assert.Equal(("completed", "rejected"), (await world.StatusAsync(granted), await world.StatusAsync(denied)));
    }

    [ServersTheory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Events_OfAnybodyElse_OrWithTheBridgeOff_DoNotCount(bool isGateway, bool login)
    {
        await using var world = await StartAsync(isGateway);
        var id = await world.AskAsync();

        await world.GatewayAsync("approval.workflow.completed", new { workflowId = "w", operationId = id, approved = true }, login);
        await world.GatewayAsync("approval.workflow.cancelled", new { workflowId = "w", operationId = id }, login);
        await world.GatewayAsync("approval.workflow.expired", new { workflowId = "w", operationId = id }, login);
        await HandledAsync(world);

        Assert.Equal(("approval-required", "pending"), (await world.StatusAsync(id), await world.ApprovalAsync(id)));
        Assert.Equal(isGateway ? 3 : 0, (await world.AuditAsync()).Count(entry => entry.StartsWith("approval.decide Denied INSUFFICIENT_PERMISSIONS", StringComparison.Ordinal)));
    }

    [ServersFact]
    public async Task Events_ThatCannotBeRead_AreRefusedAndNotRepeated()
    {
        await using var world = await StartAsync(isGateway: true);

        await world.GatewayAsync("approval.workflow.completed", new { workflowId = "w", operationId = "no uuid", approved = true });
        await world.GatewayAsync("approval.workflow.completed", new { workflowId = "w", operationId = Guid.CreateVersion7(), approved = "yes" });
        await world.GatewayAsync("approval.workflow.completed", new { workflowId = "w", operationId = Guid.CreateVersion7(), approved = true });
        await HandledAsync(world);

        await Eventually.TrueAsync(
            async () => (await world.AuditAsync()).Count(entry => entry.EndsWith(world.Broker.VirtualHost, StringComparison.Ordinal)) == 3, "three entries");
        Assert.Equal(0, (await world.Broker.QueueAsync("capns.registry.dead-letters"))!.Messages);
    }

    private static async Task HandledAsync(World world)
    {
        await Eventually.TrueAsync(async () => (await world.Broker.QueueAsync("capns.registry.gateway-approvals"))!.Messages == 0, "the queue to be empty");
        // The last ones are in hand: a message that comes after them and is answered has overtaken at most their number.
        for (var index = 0; index < 4; index++)
        {
            await world.AnswerAsync(Guid.CreateVersion7(), ApprovalFlow.Operator);
        }
    }

    private static Task<World> StartAsync(bool isGateway) => ApprovalFlow.StartAsync(settings: new WorldSettings { HasGateway = isGateway });
}
