using System.Text;
using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Hosting.Secrets;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Tests.Executions;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Approvals;

/// <summary>Secret parameters and results, at rest and on the bus (platform spec 5.13).</summary>
public sealed class SecretFlowTests
{
    private const string Secret = "hunter2-secret";
    private const string Answer = "t0ken-of-the-result";

    private static readonly string[] Tables =
        ["executions", "execution_events", "execution_attempts", "execution_results", "idempotency_keys", "outbox", "approvals", "approval_decisions", "dead_letters", "test_audit"];

    private static readonly JsonElement ResultSchema = JsonElement.Parse("""{"type":"object","properties":{"token":{"type":"string","x-secret":true}}}""");

    private static readonly object Request = new
    {
        userId = "rita",
        parameters = new { a = 5, b = 3, key = Secret },
        context = new { note = $"the key is {Secret}" },
    };

    [ServersFact]
    public async Task Secrets_OfARestrictedRun_AreNowhereInTheOpen()
    {
        await using var world = await ApprovalFlow.StartAsync(plan: WithSecrets);
        var heard = await world.Broker.ListenAsync("events", "tool.#");
        var id = await world.AskAsync(Request);
        await AssertNowhereAsync(world);
        Assert.NotNull(await world.Database.ScalarAsync<byte[]>($"SELECT sealed_parameters FROM executions WHERE id = '{id}'"));
        Assert.Equal("approved", await world.AnswerAsync(id, ApprovalFlow.Operator));

        var message = await world.Broker.TakeAsync(Runner.Queue, TimeSpan.FromSeconds(20));
        Assert.DoesNotContain(Secret, Encoding.UTF8.GetString(message.Body.Span), StringComparison.Ordinal);
        var command = World.Data<RunTool>(message);
        Assert.True(command is { SealResult: true, HasPrivateOutput: true });
        Assert.Equal(Secret, Opened(world, command).GetProperty("key").GetString());
        await world.ReportAsync(Runner.Started(command));
        await world.ReportAsync(Ended(world, command, $$"""{"token":"{{Answer}}","echo":"{{Secret}}!","n":1}"""));
        await world.UntilAsync(id, "completed");

        await AssertNowhereAsync(world);
        Assert.Null(await world.Database.ScalarAsync<byte[]>($"SELECT sealed_parameters FROM executions WHERE id = '{id}'"));
        Assert.Equal("""{"token":"[redacted]","echo":"[redacted]!","n":1}""", await world.Database.ScalarAsync<string>($"SELECT result::text FROM executions WHERE id = '{id}'"));
        var kept = await world.Database.ScalarAsync<byte[]>($"SELECT content FROM execution_results WHERE sealed AND execution_id = '{id}'");
        Assert.True(new Sealer(world.Settings.Keys).TryOpen(kept, SealedPlaces.Result(id), out var whole));
        Assert.Contains(Answer, Encoding.UTF8.GetString(whole), StringComparison.Ordinal);
        while ((await world.Broker.TakeAsync(heard)) is var told)
        {
            var body = Encoding.UTF8.GetString(told.Body.Span);
            Assert.DoesNotContain(Secret, body, StringComparison.Ordinal);
            Assert.DoesNotContain(Answer, body, StringComparison.Ordinal);
            if (told.RoutingKey == "tool.execution.completed")
            {
                Assert.NotNull(World.Data<ToolExecutionResult>(told).ResultRef);
                break;
            }
        }
    }

    [ServersFact]
    public async Task Secrets_OfAnotherExecution_DoNotOpenAndVoidTheApproval()
    {
        await using var world = await ApprovalFlow.StartAsync(plan: WithSecrets);
        var (one, other) = (await world.AskAsync(Request), await world.AskAsync(Request));
        await world.Database.ExecuteAsync($"UPDATE executions SET sealed_parameters = (SELECT sealed_parameters FROM executions WHERE id = '{other}') WHERE id = '{one}'");

        await world.AnswerAsync(one, ApprovalFlow.Operator);
        await world.UntilAsync(one, "rejected");

        Assert.Equal(0, (await world.Broker.QueueAsync(Runner.Queue))!.Messages);
    }

    [ServersFact]
    public async Task Result_SealedWithAKeyThatTheRegistryLacks_FailsClearlyAndKeepsNothing()
    {
        await using var world = await World.CreateAsync(plan => WithSecrets(plan) with { Retry = plan.Retry with { MaxAttempts = 1 } });
        var id = await world.RequestAsync(Request);
        var command = await world.TakeAsync<RunTool>(Runner.Queue);

        await world.ReportAsync(Runner.Completed(command) with
        {
            Result = null,
            SealedResult = Convert.ToBase64String(new Sealer(SealingKeys.Random()).Seal("1"u8, SealedPlaces.Report(id))),
        });
        await world.UntilAsync(id, "failed");

        Assert.Contains("DATA_ENCRYPTION_KEY", await world.Database.ScalarAsync<string>($"SELECT error->>'message' FROM executions WHERE id = '{id}'"), StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task Cancelled_SecretsAreDeleted()
    {
        await using var world = await ApprovalFlow.StartAsync(plan: WithSecrets);
        var id = await world.AskAsync(Request);

        await world.CancelAsync(new { executionId = id });
        await world.UntilAsync(id, "cancelled");

        Assert.Null(await world.Database.ScalarAsync<byte[]>($"SELECT sealed_parameters FROM executions WHERE id = '{id}'"));
        await AssertNowhereAsync(world);
    }

    private static RunPlan WithSecrets(RunPlan plan) => plan with { SecretPaths = ["/key"], ResultHasSecrets = true, ResultMayTravel = false, ResultSchema = ResultSchema };

    private static JsonElement Opened(World world, RunTool command) => SealedParameters.Put(
        command.Parameters,
        SealedParameters.Open(new Sealer(world.Settings.Keys), command.ExecutionId, Convert.FromBase64String(command.SealedParameters!))!);

    private static RunEnded Ended(World world, RunTool command, string result) => Runner.Completed(command) with
    {
        Result = null,
        SealedResult = Convert.ToBase64String(new Sealer(world.Settings.Keys).Seal(Encoding.UTF8.GetBytes(result), SealedPlaces.Report(command.ExecutionId))),
    };

    private static async Task AssertNowhereAsync(World world)
    {
        foreach (var table in Tables)
        {
            foreach (var value in new[] { Secret, Answer })
            {
                var hex = Convert.ToHexStringLower(Encoding.UTF8.GetBytes(value));
                Assert.True(
                    await world.Database.ScalarAsync<long>($"SELECT count(*) FROM {table} t WHERE t::text LIKE '%{value}%' OR t::text LIKE '%{hex}%'") == 0, $"{table} holds a secret");
            }
        }
    }
}
