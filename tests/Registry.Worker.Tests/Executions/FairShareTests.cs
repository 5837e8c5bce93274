using System.Diagnostics;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Registry.Worker.Persistence.Outbox;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Executions;

/// <summary>No caller has more than its share at the runners; the rest stands in line in PostgreSQL (platform spec 5.8).</summary>
public sealed class FairShareTests
{
    private const string A = "agent-a";
    private const string B = "agent-b";

    [ServersFact]
    public async Task TwoCallers_OneWithManyRequests_EachHasItsShareAndAllComplete()
    {
        const int OfA = 50;
        const int OfB = 5;
        await using var world = await World.CreateAsync(configure: options => options.FairShare = 4);
        await using var runner = await HoldingRunner.StartAsync(world);
        await RequestAsync(world, A, OfA);
        await RequestAsync(world, B, OfB);
        await StoredAsync(world, OfA + OfB);

        var held = new Queue<RunTool>(await runner.NextAsync(8));
        Assert.Equal(OfA - 4, await InLineAsync(world, A));
        Assert.Equal(OfB - 4, await InLineAsync(world, B));
        var order = await OrderAsync(world);
        var came = new List<RunTool>();
        var clock = Stopwatch.GetTimestamp();
        while (held.TryDequeue(out var command))
        {
            await runner.CompleteAsync(command);
            // The place that was freed is its own caller's; nobody else's line moves.
            if (came.Count(one => HoldingRunner.Caller(one) == HoldingRunner.Caller(command)) < order.Count(one => one.Caller == HoldingRunner.Caller(command)))
            {
                var next = await runner.NextAsync();
                Assert.Equal(HoldingRunner.Caller(command), HoldingRunner.Caller(next));
                came.Add(next);
                held.Enqueue(next);
            }
        }

        var took = Stopwatch.GetElapsedTime(clock);
        await AllAsync(world, "completed", OfA + OfB);
        Assert.Equal((4, 4), (runner.MostOut(A), runner.MostOut(B)));
        Assert.Equal(order.Where(one => one.Caller == A).Select(one => one.Id), came.Where(one => HoldingRunner.Caller(one) == A).Select(one => one.ExecutionId));
        Assert.Contains(came.Take(8), one => HoldingRunner.Caller(one) == B);
        // Each was released by the end before it: the sweep alone would take half a second for each.
        Assert.True(took < TimeSpan.FromMilliseconds(250 * order.Count), $"{order.Count} releases took {took.TotalSeconds:0.0} s");
        Assert.True(runner.IsIdle);
    }

    [ServersFact]
    public async Task NobodySignals_AsAfterACrash_SweepReleasesRoundRobinOldestFirst()
    {
        // In the order of writing: the hot path publishes on several lanes.
        var ordered = OutboxSettings.Default with { HotPath = false, SweepInterval = TimeSpan.FromMilliseconds(20) };
        await using var world = await World.CreateAsync(outbox: ordered, configure: options => options.FairShare = 2);
        await using var runner = await HoldingRunner.StartAsync(world);
        await RequestAsync(world, A, 6);
        await RequestAsync(world, B, 4);
        await StoredAsync(world, 10);
        await runner.NextAsync(4);
        var order = await OrderAsync(world);

        // The ends were committed, and the registry was gone before it looked at the lines.
        await world.Host.StopAsync();
        await world.Database.ExecuteAsync("UPDATE executions SET status = 'completed', handed_over_at = NULL, due_at = NULL WHERE handed_over_at IS NOT NULL");
        using var second = await world.StartSecondAsync(ordered, options => options.FairShare = 2);
        var came = await runner.NextAsync(4);

        Assert.Equal(RoundRobin(order).Take(4), came.Select(one => one.ExecutionId));
        Assert.Equal((2, 0), (await InLineAsync(world, A), await InLineAsync(world, B)));
        foreach (var command in came)
        {
            await runner.CompleteAsync(command);
        }

        var last = await runner.NextAsync(2);
        await Task.WhenAll(last.Select(runner.CompleteAsync));
        await AllAsync(world, "completed", 10);
        await second.StopAsync();
    }

    [ServersFact]
    public async Task TwoRegistries_OneCaller_BoundHoldsAndAllComplete()
    {
        const int Count = 60;
        await using var world = await World.CreateAsync(configure: options => options.FairShare = 4);
        using var second = await world.StartSecondAsync(configure: options => options.FairShare = 4);
        await using var runner = await HoldingRunner.StartAsync(world);
        await RequestAsync(world, A, Count);
        await StoredAsync(world, Count);

        for (var index = 0; index < Count; index++)
        {
            await runner.CompleteAsync(await runner.NextAsync());
        }

        await AllAsync(world, "completed", Count);
        Assert.InRange(runner.MostOut(A), 1, 8);
        await second.StopAsync();
    }

    [ServersFact]
    public async Task InLine_Cancelled_IsNeverHandedOver()
    {
        await using var world = await World.CreateAsync(configure: options => options.FairShare = 1);
        await using var runner = await HoldingRunner.StartAsync(world);
        var (first, line) = await OneOutAsync(world, runner, 2);

        await world.CancelAsync(new { executionId = line[0] });
        await world.UntilAsync(line[0], "cancelled");
        await runner.CompleteAsync(first);
        var next = await runner.NextAsync();
        await runner.CompleteAsync(next);
        await world.UntilAsync(line[1], "completed");

        Assert.Equal(line[1], next.ExecutionId);
        Assert.True(runner.IsIdle);
        Assert.Equal("cancelled", await world.StatusAsync(line[0]));
    }

    [ServersFact]
    public async Task InLine_OfTheOneThatIsCancelled_TakesItsPlace()
    {
        await using var world = await World.CreateAsync(configure: options => options.FairShare = 1);
        await using var runner = await HoldingRunner.StartAsync(world);
        var (first, line) = await OneOutAsync(world, runner, 1);

        await world.CancelAsync(new { executionId = first.ExecutionId });

        Assert.Equal(line[0], (await runner.NextAsync()).ExecutionId);
    }

    [ServersFact]
    public async Task InLine_LongerThanTheQueueTime_Expires()
    {
        await using var world = await World.CreateAsync(configure: options => (options.FairShare, options.MaxQueueMs) = (1, 1500));
        await using var runner = await HoldingRunner.StartAsync(world);
        var (first, line) = await OneOutAsync(world, runner, 1);
        await world.ReportAsync(Runner.Started(first));
        await world.UntilAsync(first.ExecutionId, "running");

        await world.UntilAsync(line[0], "expired");
        await runner.CompleteAsync(first);
        await world.UntilAsync(first.ExecutionId, "completed");

        Assert.Equal(["1 tool.execution.failed"], await world.EventsAsync(line[0]));
        Assert.True(runner.IsIdle);
    }

    [ServersFact]
    public async Task NotBefore_ShareUsedUpWhenItsTimeComes_StandsInLine()
    {
        await using var world = await World.CreateAsync(configure: options => options.FairShare = 1);
        await using var runner = await HoldingRunner.StartAsync(world);
        var soon = TimeProvider.System.GetUtcNow().AddMilliseconds(300);
        var later = await world.RequestAsync(new { agentId = A, notBefore = soon });
        var first = await FirstAsync(world, runner);
        await Eventually.TrueAsync(async () => await InLineAsync(world, A) == 1, "the later one to stand in line");

        await runner.CompleteAsync(first);

        Assert.Equal(later, (await runner.NextAsync()).ExecutionId);
        Assert.Equal(1, runner.MostOut(A));
    }

    [ServersFact]
    public async Task Limited_GivesUpItsPlace_AndComesBackInTurn()
    {
        await using var world = await World.CreateAsync(configure: options => options.FairShare = 1);
        await using var runner = await HoldingRunner.StartAsync(world);
        var (first, line) = await OneOutAsync(world, runner, 1);

        await runner.LetGoAsync(first, new RunLimited
        {
            ExecutionId = first.ExecutionId,
            Attempt = 1,
            Dispatch = first.Dispatch,
            RunnerId = "runner-1",
            Code = "RATE_LIMITED",
            RetryAfterMs = 1,
            Limit = 20,
        });
        var next = await runner.NextAsync();
        await Eventually.TrueAsync(async () => await InLineAsync(world, A) == 1, "the limited one to stand in line");
        await runner.CompleteAsync(next);
        var again = await runner.NextAsync();

        Assert.Equal((line[0], first.ExecutionId, 2), (next.ExecutionId, again.ExecutionId, again.Dispatch));
        Assert.Equal(1, runner.MostOut(A));
    }

    [ServersFact]
    public async Task Failed_WaitsForItsNextAttempt_TheNextInLineGoes()
    {
        await using var world = await World.CreateAsync(
            plan => plan with { Retry = plan.Retry with { MaxAttempts = 2, InitialDelayMs = 1, Jitter = 0 } }, configure: options => options.FairShare = 1);
        await using var runner = await HoldingRunner.StartAsync(world);
        var (first, line) = await OneOutAsync(world, runner, 1);

        await runner.LetGoAsync(first, Runner.Failed(first, ErrorCodes.ExecutionTimeout));
        var next = await runner.NextAsync();
        await Eventually.TrueAsync(async () => await InLineAsync(world, A) == 1, "the failed one to stand in line");
        await runner.CompleteAsync(next);
        var again = await runner.NextAsync();
        await runner.CompleteAsync(again);
        await AllAsync(world, "completed", 2);

        Assert.Equal((line[0], first.ExecutionId, 2), (next.ExecutionId, again.ExecutionId, again.Attempt));
        Assert.Equal(1, runner.MostOut(A));
    }

    [ServersFact]
    public async Task Lost_KeepsItsPlace()
    {
        await using var world = await World.CreateAsync(configure: options => options.FairShare = 1);
        await using var runner = await HoldingRunner.StartAsync(world);
        var (first, line) = await OneOutAsync(world, runner, 1);

        await world.ReportAsync(Runner.Started(first));
        await world.UntilAsync(first.ExecutionId, "running");
        await runner.LetGoAsync(first, Runner.Lost(first));
        var again = await runner.NextAsync();
        await runner.CompleteAsync(again);
        var next = await runner.NextAsync();

        Assert.Equal((first.ExecutionId, 2, line[0]), (again.ExecutionId, again.Attempt, next.ExecutionId));
    }

    /// <summary>One is held, the others stand in line; they are returned in the order in which they came.</summary>
    private static async Task<(RunTool Out, List<Guid> InLine)> OneOutAsync(World world, HoldingRunner runner, int waiting)
    {
        var first = await FirstAsync(world, runner);
        await RequestAsync(world, A, waiting);
        await StoredAsync(world, waiting + 1);
        return (first, [.. (await OrderAsync(world)).Select(one => one.Id)]);
    }

    private static async Task<RunTool> FirstAsync(World world, HoldingRunner runner)
    {
        await RequestAsync(world, A, 1);
        return await runner.NextAsync();
    }

    private static async Task RequestAsync(World world, string caller, int count)
    {
        for (var index = 0; index < count; index++)
        {
            await world.RequestAsync(new { agentId = caller });
        }
    }

    private static Task StoredAsync(World world, int count) => Eventually.TrueAsync(
        async () => await world.Database.ScalarAsync<long>("SELECT count(*) FROM executions") == count, $"{count} executions", TimeSpan.FromSeconds(20));

    private static Task AllAsync(World world, string status, int count) => Eventually.TrueAsync(
        async () => await world.Database.ScalarAsync<long>($"SELECT count(*) FROM executions WHERE status = '{status}'") == count,
        $"{count} executions to be {status}",
        TimeSpan.FromSeconds(20));

    private static Task<long> InLineAsync(World world, string caller) =>
        world.Database.ScalarAsync<long>($"SELECT count(*) FROM executions WHERE status = 'queued' AND waiting_since IS NOT NULL AND caller_id = '{caller}'");

    /// <summary>Who stands in line, the oldest first.</summary>
    private static async Task<List<(Guid Id, string Caller)>> OrderAsync(World world)
    {
        await using var command = world.Database.Source.CreateCommand(
            "SELECT id, caller_id FROM executions WHERE waiting_since IS NOT NULL ORDER BY created_at, id");
        await using var reader = await command.ExecuteReaderAsync();
        var order = new List<(Guid, string)>();
        while (await reader.ReadAsync())
        {
            order.Add((reader.GetGuid(0), reader.GetString(1)));
        }

        return order;
    }

    private static IEnumerable<Guid> RoundRobin(List<(Guid Id, string Caller)> order) =>
        from line in order.GroupBy(one => one.Caller).SelectMany(line => line.Select((one, turn) => (one.Id, Turn: turn, Age: order.IndexOf(one))))
        orderby line.Turn, line.Age
        select line.Id;
}
