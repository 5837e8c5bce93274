using System.Diagnostics;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Hosting.Secrets;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.DeadLetters;
using Capns.Registry.Worker.Persistence.Outbox;
using Capns.Registry.Worker.Tests.Executions;
using Capns.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RabbitMQ.Client;
using Xunit;
using Xunit.Abstractions;

namespace Capns.Registry.Worker.Tests.Persistence;

/// <summary>Nothing accepted is lost and nothing ends twice: through lost connections, crashes and second registries.</summary>
public sealed class ResilienceTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [ServersFact]
    public async Task CommittedButNotPublished_SweepPublishesInOrder()
    {
        // As after a crash between commit and publish: nobody's hot path has the rows.
        await using var world = await World.CreateAsync(outbox: OutboxSettings.Default with { HotPath = false, SweepInterval = TimeSpan.FromMilliseconds(50) });
        var heard = await world.Broker.ListenAsync("events", "tool.execution.#");

        var id = await world.RequestAsync();
        var command = await world.TakeAsync<RunTool>(Runner.Queue);
        await world.ReportAsync(Runner.Completed(command));

        Assert.Equal(1, (await world.TakeAsync<ToolExecutionStarted>(heard)).Sequence);
        Assert.Equal(2, (await world.TakeAsync<ToolExecutionResult>(heard)).Sequence);
        await Eventually.TrueAsync(async () => await world.Database.ScalarAsync<long>("SELECT count(*) FROM outbox") == 0, "an empty outbox");
        Assert.Equal("completed", await world.StatusAsync(id));
    }

    [ServersFact]
    public async Task RowsOfACrashedInstance_AnotherInstancePublishesAfterTheLease()
    {
        await using var world = await World.CreateAsync();
        var row = OutboxRow.From(world.Documents.ToQueue(Runner.Queue, new ControlSignal { Kind = ControlKind.Cancel }), "k", 0, TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(1));

        await world.Database.ExecuteAsync(
            $"INSERT INTO outbox (id, seq, exchange, routing_key, ordering_key, body, properties, next_attempt_at, created_at) VALUES ('{row.Id}', 1, '', '{Runner.Queue}', 'k', "
            + $"'\\x{Convert.ToHexString(row.Body)}', '{row.Properties}', now() + interval '1 second', now())");
        var message = await world.Broker.TakeAsync(Runner.Queue);

        Assert.Equal(row.Id.ToString(), message.BasicProperties.MessageId);
        Assert.Equal(row.Body, message.Body.ToArray());
    }

    [ServersFact]
    public async Task DatabaseConnectionsLost_UnderLoad_EveryExecutionEndsOnce()
    {
        const int Count = 200;
        await using var world = await World.CreateAsync();
        var heard = await world.Broker.ListenAsync("tool.execution.completed");
        await using var runner = await FakeRunner.StartAsync(world);

        var ids = new List<Guid>();
        for (var index = 0; index < Count; index++)
        {
            ids.Add(await world.RequestAsync());
            if (index is 50 or 100 or 150)
            {
                await world.Database.CloseConnectionsAsync();
            }
        }

        await Eventually.TrueAsync(
            async () => await SafelyAsync(world, "SELECT count(*) FROM executions WHERE status = 'completed'") == Count, "all to complete", Patience);
        await Eventually.TrueAsync(async () => await SafelyAsync(world, "SELECT count(*) FROM outbox") == 0, "an empty outbox", Patience);
        Assert.Equal(Count, await SafelyAsync(world, "SELECT count(*) FROM execution_events WHERE type = 'tool.execution.completed'"));
        var told = await DrainAsync(world, heard);
        Assert.Equal(ids.Order(), told.Select(message => message.ExecutionId).Distinct().Order());
        // A second publish is allowed after a lost confirm, with the same id; a second ending is not.
        Assert.All(told.GroupBy(message => message.ExecutionId), group => Assert.Single(group.Select(message => message.MessageId).Distinct()));
    }

    [ServersFact]
    public async Task TwoRegistries_ShareTheWork_EveryExecutionEndsOnce()
    {
        const int Count = 100;
        await using var world = await World.CreateAsync();
        using var second = await world.StartSecondAsync();
        await using var runner = await FakeRunner.StartAsync(world);

        for (var index = 0; index < Count; index++)
        {
            await world.RequestAsync();
        }

        await Eventually.TrueAsync(
            async () => await SafelyAsync(world, "SELECT count(*) FROM executions WHERE status = 'completed'") == Count, "all to complete", Patience);
        Assert.Equal(Count, await SafelyAsync(world, "SELECT count(*) FROM execution_events WHERE type = 'tool.execution.completed'"));
        await second.StopAsync();
    }

    [ServersFact]
    public async Task DeadLetter_OfAnyShape_IsKept()
    {
        await using var world = await World.CreateAsync();

        await world.PublishAsync("tool.execution.requested", "x", "no json at all"u8.ToArray(), new BasicProperties { MessageId = "m-1" });
        await Eventually.TrueAsync(async () => await SafelyAsync(world, "SELECT count(*) FROM dead_letters") == 1, "the dead letter");

        Assert.Equal("capns.registry.execution-requests", await world.Database.ScalarAsync<string>("SELECT queue FROM dead_letters"));
        Assert.Equal("not-json", await world.Database.ScalarAsync<string>("SELECT reason FROM dead_letters"));
        await using var db = await world.Host.Services.GetRequiredService<IDbContextFactory<RegistryDbContext>>().CreateDbContextAsync();
        Assert.True(DeadLetterSeal.TryOpen(await db.Set<DeadLetterRow>().SingleAsync(), world.Host.Services.GetRequiredService<ISealer>(), out var letter));
        Assert.Equal("no json at all"u8.ToArray(), letter.Body);
    }

    [ServersFact]
    public async Task DeadLetter_WithHeadersThatNoIndexCouldHold_IsKept()
    {
        await using var world = await World.CreateAsync();
        // Random, so that it cannot be compressed below what an index takes.
        var name = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(10_000));

        var properties = new BasicProperties { Headers = new Dictionary<string, object?> { ["x-capns-queue"] = name, ["x-capns-reason"] = name } };
        await world.PublishAsync("events.dlx", "capns.registry.run-reports", new byte[] { 1 }, properties);
        await Eventually.TrueAsync(async () => await SafelyAsync(world, "SELECT count(*) FROM dead_letters") == 1, "the dead letter");

        Assert.Equal(name[..255], await world.Database.ScalarAsync<string>("SELECT queue FROM dead_letters"));
    }

    [ServersFact]
    public async Task Throughput_OfTheDurablePath_IsReported()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("CAPNS_TEST_LOAD") ?? "100", System.Globalization.CultureInfo.InvariantCulture);
        await using var world = await World.CreateAsync();
        await using var runner = await FakeRunner.StartAsync(world);
        await using var ends = await EndClock.StartAsync(world);
        await ends.OneAsync(await world.RequestAsync());

        var alone = new List<double>();
        for (var index = 0; index < Math.Min(count, 200); index++)
        {
            var started = Stopwatch.GetTimestamp();
            await ends.OneAsync(await world.RequestAsync());
            alone.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        var clock = Stopwatch.GetTimestamp();
        var waiting = Enumerable.Range(0, count).Select(async _ => await ends.OneAsync(await world.RequestAsync()));
        await Task.WhenAll(waiting).WaitAsync(Patience);
        var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        alone.Sort();
        output.WriteLine($"{count} at once: {count / seconds:0} executions/s; one at a time: p50 {alone[alone.Count / 2]:0.0} ms, p95 {alone[alone.Count * 95 / 100]:0.0} ms");
        Assert.Equal(0, runner.Unknown);
    }

    private static async Task<long> SafelyAsync(World world, string sql)
    {
        try
        {
            return await world.Database.ScalarAsync<long>(sql);
        }
        catch (NpgsqlException)
        {
            return -1;
        }
    }

    private static async Task<List<(Guid ExecutionId, string MessageId)>> DrainAsync(World world, string queue)
    {
        var told = new List<(Guid, string)>();
        await using var channel = await world.Broker.OpenChannelAsync();
        while (await channel.BasicGetAsync(queue, autoAck: true) is { } message)
        {
            told.Add((World.Data<ToolExecutionResult>(message).ExecutionId, message.BasicProperties.MessageId!));
        }

        return told;
    }
}
