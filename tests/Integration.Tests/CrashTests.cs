using System.Text.Json;
using Capns.Testing;
using Xunit;

namespace Capns.Integration.Tests;

/// <summary>kill -9 of a worker in the middle of a run: nothing is lost, nothing ends twice (platform spec 5.8).</summary>
public sealed class CrashTests
{
    private static readonly Dictionary<string, string> BenchTools = new(StringComparer.Ordinal)
    {
        ["TOOL_DEFINITIONS"] = Path.Combine(Checkout.Root, "bench", "tools"),
    };

    [ServersFact]
    public async Task Runner_KilledInTheMiddleOfIdempotentWork_TheWorkRunsAgainElsewhere()
    {
        await using var platform = await Platform.StartAsync(runners: 1, settings: BenchTools);
        await using var service = await platform.ConnectAsync();
        var id = await service.RequestAsync("chaos-idempotent", new { number = 7, seconds = 2 });
        await service.NextAsync(id, "tool.execution.started");

        await platform.Runners[0].KillAsync();
        await platform.AddAsync("Runner", 2);

        var second = await service.NextAsync(id, "tool.execution.started");
        Assert.Equal(2, second.GetProperty("data").GetProperty("attempt").GetInt32());
        var data = (await service.FinalAsync(id)).GetProperty("data");
        Assert.Equal("completed", data.GetProperty("state").GetString());
        Assert.Equal(1, data.GetProperty("retryCount").GetInt32());
    }

    [ServersFact]
    public async Task Runner_KilledInTheMiddleOfWorkThatMustNotRunTwice_ItFailsAsWorkerLost()
    {
        await using var platform = await Platform.StartAsync(runners: 1, settings: BenchTools);
        await using var service = await platform.ConnectAsync();
        var id = await service.RequestAsync("chaos-once", new { number = 7, seconds = 5 });
        await service.NextAsync(id, "tool.execution.started");

        await platform.Runners[0].KillAsync();
        await platform.AddAsync("Runner", 2);

        var data = (await service.FinalAsync(id)).GetProperty("data");
        Assert.Equal("failed", data.GetProperty("state").GetString());
        Assert.Equal("WORKER_LOST", data.GetProperty("errorDetail").GetProperty("code").GetString());
        Assert.Equal(1, data.GetProperty("attempt").GetInt32());
    }

    [ServersFact]
    public async Task Registry_KilledInTheMiddleOfARun_TheRunEndsOnceWhenItIsBack()
    {
        await using var platform = await Platform.StartAsync(runners: 1, settings: BenchTools);
        await using var service = await platform.ConnectAsync();
        var id = await service.RequestAsync("chaos-once", new { number = 7, seconds = 1 });
        await service.NextAsync(id, "tool.execution.started");

        await platform.Registry.KillAsync();
        platform.Registry.Start();

        var data = (await service.FinalAsync(id, TimeSpan.FromSeconds(60))).GetProperty("data");
        Assert.Equal("completed", data.GetProperty("state").GetString());
        Assert.Equal(1, data.GetProperty("attempt").GetInt32());
    }

    [ServersFact]
    public async Task Broker_ClosesEveryConnectionInTheMiddleOfARun_TheRunEndsOnce()
    {
        await using var platform = await Platform.StartAsync(runners: 1, settings: BenchTools);
        Guid id;
        await using (var service = await platform.ConnectAsync())
        {
            id = await service.RequestAsync("chaos-idempotent", new { number = 7, seconds = 2 });
            await service.NextAsync(id, "tool.execution.started");
        }

        var heard = await platform.Broker.ListenAsync("events", "tool.execution.*");

        await platform.Broker.CloseConnectionsAsync();

        while (true)
        {
            var message = await platform.Broker.TakeAsync(heard, TimeSpan.FromSeconds(60));
            using var document = JsonDocument.Parse(message.Body);
            if (document.RootElement.GetProperty("type").GetString() == "tool.execution.completed")
            {
                Assert.Equal(id, document.RootElement.GetProperty("data").GetProperty("executionId").GetGuid());
                break;
            }
        }
    }
}
