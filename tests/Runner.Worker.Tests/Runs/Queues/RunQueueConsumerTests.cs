using System.Text;
using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Json;
using Capns.Contracts.Running;
using Capns.Messaging.Topology;
using Capns.Testing;
using RabbitMQ.Client;

namespace Capns.Runner.Worker.Tests.Runs.Queues;

/// <summary>The run queues on a real broker.</summary>
public sealed class RunQueueConsumerTests : IAsyncLifetime
{
    private TestBroker _broker = null!;

    public async Task InitializeAsync()
    {
        if (ServerUrls.Missing is null || ServerUrls.Required)
        {
            _broker = await TestBroker.CreateAsync();
        }
    }

    public async Task DisposeAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }

    [ServersFact]
    public async Task Run_CommandIsSent_ReportsStartedAndEndedAndPublishesProgress()
    {
        await RunnerProcess.DeclareAsync(_broker);
        var heard = await _broker.ListenAsync(EventNames.ExecutionProgress);
        await using var runner = await RunnerProcess.StartAsync(_broker, new FakeSandbox(async run =>
        {
            await run.PrintAsync("""{"$capns":"progress","progress":50}""");
            await run.PrintAsync("""{"$capns":"result","value":{"value":8}}""");
            return Example.Exited();
        }));
        var order = Example.RunTool(TimeProvider.System.GetUtcNow());

        await runner.SendAsync(order);

        Assert.Equal(order.ExecutionId, (await ReportAsync<RunStarted>()).ExecutionId);
        var ended = await ReportAsync<RunEnded>();
        Assert.Equal(RunOutcome.Completed, ended.Outcome);
        Assert.Equal(2, ended.LastSequence);
        var progress = await _broker.TakeAsync(heard);
        Assert.Equal("corr-77", progress.BasicProperties.CorrelationId);
        Assert.Equal(50, Data(progress.Body).GetProperty("progress").GetInt32());
        await Eventually.TrueAsync(() => runner.Runs.Count == 0, "the run to be forgotten");
        await runner.StopAsync();
        Assert.Equal(0, (await _broker.QueueAsync(Queue(order)))!.Messages);
    }

    [ServersFact]
    public async Task Run_ConnectionsAreClosedWhileItRuns_TheSameRunnerTakesItsCommandBackAndEndsItOnce()
    {
        var sandbox = FakeSandbox.RunningUntilStopped();
        await using var runner = await RunnerProcess.StartAsync(_broker, sandbox);
        var order = Example.RunTool(TimeProvider.System.GetUtcNow());
        await runner.SendAsync(order);
        var program = await sandbox.StartedAsync();
        await ReportAsync<RunStarted>();

        await _broker.CloseConnectionsAsync();
        await Eventually.TrueAsync(async () => await _broker.QueueAsync(Queue(order)) is { Consumers: 1, Messages: 0 }, "the runner to be back");
        await program.PrintAsync("""{"$capns":"result","value":1}""");
        program.End(Example.Exited());

        Assert.Equal(RunOutcome.Completed, (await ReportAsync<RunEnded>()).Outcome);
        await runner.StopAsync();
        Assert.Equal(0, (await _broker.QueueAsync(Queue(order)))!.Messages);
        Assert.Equal(0, (await _broker.QueueAsync(QueueNames.RunReports))!.Messages);
        Assert.Single(sandbox.Specs);
    }

    [ServersFact]
    public async Task Run_RunnerDiesWhileItRuns_TheNextRunnerReportsLostAndRunsNothing()
    {
        await RunnerProcess.DeclareAsync(_broker);
        var order = Example.RunTool(TimeProvider.System.GetUtcNow());

        // The first runner is a bare channel, which takes the command and dies with it.
        await using (var dying = await _broker.OpenChannelAsync())
        {
            await dying.BasicPublishAsync("", Queue(order), Document(order));
            await Eventually.GetAsync(() => dying.BasicGetAsync(Queue(order), autoAck: false), "the command");
        }

        var sandbox = FakeSandbox.Completing();
        await using var runner = await RunnerProcess.StartAsync(_broker, sandbox);

        var lost = await ReportAsync<RunLost>();
        Assert.Equal((order.ExecutionId, runner.Options.RunnerId), (lost.ExecutionId, lost.RunnerId));
        Assert.Empty(sandbox.Specs);
        await runner.StopAsync();
        Assert.Equal(0, (await _broker.QueueAsync(Queue(order)))!.Messages);
    }

    [ServersFact]
    public async Task Cancel_SignalOnControl_StopsTheRun()
    {
        var sandbox = new FakeSandbox(run => run.UntilKilledAsync());
        await using var runner = await RunnerProcess.StartAsync(_broker, sandbox);
        var order = Example.RunTool(TimeProvider.System.GetUtcNow());
        await runner.SendAsync(order);
        await sandbox.StartedAsync();
        await ReportAsync<RunStarted>();

        await runner.SendAsync(new ControlSignal { Kind = ControlKind.Cancel, ExecutionId = order.ExecutionId, Force = true });

        Assert.Equal(RunOutcome.Cancelled, (await ReportAsync<RunEnded>()).Outcome);
    }

    [ServersFact]
    public async Task Run_LongerThanTheThreshold_IsAcknowledgedEarlyAndSurvivesTheConnection()
    {
        var options = Example.Options() with { EarlyAcknowledgeAfter = TimeSpan.FromMilliseconds(1), LeaseInterval = TimeSpan.FromMilliseconds(50) };
        var sandbox = FakeSandbox.RunningUntilStopped();
        await using var runner = await RunnerProcess.StartAsync(_broker, sandbox, options);
        var order = Example.RunTool(TimeProvider.System.GetUtcNow());
        await runner.SendAsync(order);
        var program = await sandbox.StartedAsync();
        await ReportAsync<RunStarted>();
        await ReportAsync<RunLeaseRenewed>();
        await ReportAsync<RunLeaseRenewed>();

        // Acknowledged: with the connection gone, the broker has nothing to hand over again.
        await _broker.CloseConnectionsAsync();
        await Eventually.TrueAsync(async () => await _broker.QueueAsync(Queue(order)) is { Consumers: 1, Messages: 0 }, "the runner to be back");
        program.End(Example.Exited());

        object report;
        do
        {
            report = await NextReportAsync();
            Assert.IsNotType<RunLost>(report);
        }
        while (report is not RunEnded);
    }

    [ServersFact]
    public async Task Stop_RunsEndInTime_AreReportedBeforeTheRunnerGoes()
    {
        var sandbox = FakeSandbox.RunningUntilStopped();
        var runner = await RunnerProcess.StartAsync(_broker, sandbox);
        await runner.SendAsync(Example.RunTool(TimeProvider.System.GetUtcNow()));
        var program = await sandbox.StartedAsync();
        await ReportAsync<RunStarted>();

        var stopping = runner.StopAsync();
        Assert.False(program.StopAsked);
        program.End(Example.Exited());
        await stopping;

        Assert.Equal(RunOutcome.Completed, (await ReportAsync<RunEnded>()).Outcome);
        await runner.DisposeAsync();
    }

    [ServersFact]
    public async Task Stop_RunsOutlastTheDrain_AreStoppedAndReportedAsLost()
    {
        var options = Example.Options() with { ShutdownDrain = TimeSpan.FromMilliseconds(50), Slots = 1 };
        var sandbox = FakeSandbox.RunningUntilStopped();
        var runner = await RunnerProcess.StartAsync(_broker, sandbox, options);
        var running = Example.RunTool(TimeProvider.System.GetUtcNow());
        var waiting = Example.RunTool(TimeProvider.System.GetUtcNow()) with { Priority = Priority.High };
        await runner.SendAsync(running);
        await sandbox.StartedAsync();
        await ReportAsync<RunStarted>();
        await runner.SendAsync(waiting);
        await Eventually.TrueAsync(() => runner.Runs.Count == 2, "the second command");

        await runner.DisposeAsync();

        var lost = new[] { await ReportAsync<RunLost>(), await ReportAsync<RunLost>() };
        Assert.Equal([waiting.ExecutionId, running.ExecutionId], lost.Select(report => report.ExecutionId));
        Assert.Equal(0, (await _broker.QueueAsync(Queue(running)))!.Messages);
        Assert.Equal(0, (await _broker.QueueAsync(Queue(waiting)))!.Messages);
    }

    [ServersFact]
    public async Task Run_MessageIsNoCommand_IsDeadLetteredWithItsReason()
    {
        await RunnerProcess.DeclareAsync(_broker);
        var queue = QueueNames.Runner("default", Priority.High);
        var letters = await _broker.ListenAsync("events.dlx", queue);
        await using var channel = await _broker.OpenChannelAsync();
        await channel.BasicPublishAsync("", queue, Encoding.UTF8.GetBytes("no json"));
        await using var runner = await RunnerProcess.StartAsync(_broker, FakeSandbox.Completing());

        var letter = await _broker.TakeAsync(letters);

        Assert.Equal("not-json", Encoding.UTF8.GetString((byte[])letter.BasicProperties.Headers!["x-capns-reason"]!));
        Assert.Equal("no json", Encoding.UTF8.GetString(letter.Body.Span));
        await runner.StopAsync();
        Assert.Equal(0, (await _broker.QueueAsync(queue))!.Messages);
    }

    private static string Queue(RunTool order) => QueueNames.Runner(order.Pool, order.Priority);

    private static JsonElement Data(ReadOnlyMemory<byte> body) => JsonElement.Parse(body.Span).GetProperty("data");

    private static byte[] Document(RunTool order) =>
        JsonSerializer.SerializeToUtf8Bytes(new { specversion = "1.0", type = "capns.run.tool", data = order }, WireJson.Options);

    /// <summary>The next report; those for the event log are passed over.</summary>
    private async Task<T> ReportAsync<T>()
    {
        while (true)
        {
            var report = await NextReportAsync();
            if (report is not RunEventsRecorded)
            {
                return Assert.IsType<T>(report);
            }
        }
    }

    private async Task<object> NextReportAsync()
    {
        var taken = await _broker.TakeAsync(QueueNames.RunReports, TimeSpan.FromSeconds(30));
        var type = JsonElement.Parse(taken.Body.Span).GetProperty("type").GetString() switch
        {
            "capns.run.started" => typeof(RunStarted),
            "capns.run.ended" => typeof(RunEnded),
            "capns.run.lost" => typeof(RunLost),
            "capns.run.lease" => typeof(RunLeaseRenewed),
            "capns.run.limited" => typeof(RunLimited),
            "capns.run.events" => typeof(RunEventsRecorded),
            var other => throw new InvalidOperationException($"Unknown report {other}."),
        };
        return Data(taken.Body).Deserialize(type, WireJson.Options)!;
    }
}
