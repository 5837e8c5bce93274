using Capns.Registry.Worker.Persistence.Outbox;
using Capns.Registry.Worker.Tests.Executions;
using Capns.Testing;
using Xunit;
using Xunit.Abstractions;

namespace Capns.Registry.Worker.Tests.Approvals;

/// <summary>
/// A registry dies, or loses its connection, between any two steps of an approval: before each statement, before the commit, and between the
/// commit and all that follows it. The execution runs once, or not at all (must-show 3).
/// </summary>
public sealed class ApprovalCrashTests(ITestOutputHelper output)
{
    private static readonly OutboxSettings Outbox = OutboxSettings.Default with { SweepInterval = TimeSpan.FromMilliseconds(100) };

    /// <summary>More than any of the transactions has.</summary>
    private const int MostSteps = 40;

    [ServersTheory]
    [InlineData(Cut.Crash)]
    [InlineData(Cut.ConnectionLost)]
    public async Task Request_CutOffAtEachStep_AsksOnce(Cut how)
    {
        await using var world = await StartAsync();

        var steps = await EachStepAsync(world, how, async step =>
        {
            var id = Guid.CreateVersion7();
            world.Settings.Cutter.Arm(step, how);
            await world.AskAsync(new { userId = "rita", requestId = id.ToString() }, id);
            await world.DecideAsync(id, ApprovalFlow.Operator);
            return id;
        });

        Assert.True(steps >= 4, $"only {steps} steps were found");
    }

    [ServersTheory]
    [InlineData(Cut.Crash)]
    [InlineData(Cut.ConnectionLost)]
    public async Task Decision_CutOffAtEachStep_GrantsOnce(Cut how)
    {
        await using var world = await StartAsync();

        var steps = await EachStepAsync(world, how, async step =>
        {
            var id = await world.AskAsync();
            world.Settings.Cutter.Arm(step, how);
            await world.DecideAsync(id, ApprovalFlow.Operator);
            return id;
        });

        Assert.True(steps >= 7, $"only {steps} steps were found");
    }

    [ServersTheory]
    [InlineData(Cut.Crash)]
    [InlineData(Cut.ConnectionLost)]
    public async Task Expiry_CutOffAtEachStep_ExpiresOnceAndNeverRuns(Cut how)
    {
        await using var world = await StartAsync();

        for (var step = 0; ; step++)
        {
            var id = await world.AskAsync();
            world.Settings.Cutter.Arm(step, how);
            world.Settings.Clock.Advance(TimeSpan.FromHours(12.1));
            await world.UntilAsync(id, "expired", TimeSpan.FromSeconds(60));
            Assert.Equal(["1 tool.approval.requested", "2 tool.approval.expired", "3 tool.execution.failed"], await world.EventsAsync(id));
            if (!world.Settings.Cutter.Happened)
            {
                Assert.True(step >= 3, $"only {step} steps were found");
                break;
            }
        }

        world.Settings.Cutter.Disarm();
        Assert.Equal(0, (await world.Broker.QueueAsync(Runner.Queue))!.Messages);
        Assert.Equal(0L, await world.Database.ScalarAsync<long>("SELECT count(*) FROM executions WHERE dispatch > 0"));
    }

    [ServersTheory]
    [InlineData(Cut.Crash)]
    [InlineData(Cut.ConnectionLost)]
    public async Task Reminder_CutOffAtEachStep_RemindsAndEscalatesOnce(Cut how)
    {
        await using var world = await StartAsync();

        for (var step = 0; ; step++)
        {
            var id = await world.AskAsync();
            world.Settings.Cutter.Arm(step, how);
            await PassAsync(world, id, TimeSpan.FromHours(6.1), reminders: 1);
            var first = world.Settings.Cutter.Happened;
            world.Settings.Cutter.Arm(step, how);
            await PassAsync(world, id, TimeSpan.FromHours(3), reminders: 2);
            var happened = first || world.Settings.Cutter.Happened;
            world.Settings.Cutter.Disarm();
            Assert.Equal("approved", await world.AnswerAsync(id, ApprovalFlow.Operator));
            await world.RunAsync(id);
            Assert.Equal(
                ["1 tool.approval.requested", "2 tool.approval.reminder", "3 tool.approval.reminder", "4 tool.approval.granted", "5 tool.execution.started", "6 tool.execution.completed"],
                await world.EventsAsync(id));
            Assert.Equal(1L, await world.Database.ScalarAsync<long>($"SELECT count(*) FROM test_audit WHERE action = 'approval.remind' AND details LIKE '%{id}%'"));
            Assert.Equal(1L, await world.Database.ScalarAsync<long>($"SELECT count(*) FROM test_audit WHERE action = 'approval.escalate' AND details LIKE '%{id}%'"));
            if (!happened)
            {
                Assert.True(step >= 2, $"only {step} steps were found");
                break;
            }
        }
    }

    private static Task PassAsync(World world, Guid id, TimeSpan time, int reminders)
    {
        world.Settings.Clock.Advance(time);
        return Eventually.TrueAsync(
            async () => await world.Database.ScalarAsync<long>($"SELECT count(*) FROM execution_events WHERE type = 'tool.approval.reminder' AND execution_id = '{id}'") == reminders,
            $"reminder {reminders}", TimeSpan.FromSeconds(60));
    }

    private static Task<World> StartAsync() => World.CreateAsync(
        plan => plan with { Level = Contracts.SecurityLevel.Restricted }, outbox: Outbox);

    /// <summary>Repeats a flow that ends with an approved execution, cut off one step later each time, until there is no such step.</summary>
    private async Task<int> EachStepAsync(World world, Cut how, Func<int, Task<Guid>> flow)
    {
        for (var step = 0; step < MostSteps; step++)
        {
            var id = await flow(step);
            await world.RunAsync(id);
            Assert.Equal(
                ["1 tool.approval.requested", "2 tool.approval.granted", "3 tool.execution.started", "4 tool.execution.completed"], await world.EventsAsync(id));
            Assert.Equal(1L, await world.Database.ScalarAsync<long>($"SELECT count(*) FROM approval_decisions d JOIN approvals a ON a.id = d.approval_id WHERE a.execution_id = '{id}'"));
            Assert.Equal(1L, await world.Database.ScalarAsync<long>($"SELECT count(*) FROM test_audit WHERE action = 'approval.decide' AND outcome = 'Ok' AND details LIKE '%{id}%'"));
            Assert.Equal(0, (await world.Broker.QueueAsync(Runner.Queue))!.Messages);
            if (!world.Settings.Cutter.Happened)
            {
                output.WriteLine($"{how}: cut off at {step} steps, one after the other.");
                world.Settings.Cutter.Disarm();
                return step;
            }
        }

        throw new InvalidOperationException($"More than {MostSteps} steps.");
    }
}
