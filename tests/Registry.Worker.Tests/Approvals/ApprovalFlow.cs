using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Approvals;
using Capns.Contracts.Running;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Tests.Executions;
using RabbitMQ.Client;

namespace Capns.Registry.Worker.Tests.Approvals;

/// <summary>A world whose tool needs the approval of people, and what the people in it do.</summary>
internal static class ApprovalFlow
{
    public const string Operator = "olga|operator";
    public const string Admin = "adam|admin";

    public static Task<World> StartAsync(SecurityLevel level = SecurityLevel.Restricted, Func<RunPlan, RunPlan>? plan = null, WorldSettings? settings = null) => World.CreateAsync(
        given => (plan ?? (same => same))(given with { Level = level, Limits = given.Limits with { SecurityLevel = level } }), settings: settings);

    /// <summary>Asks for a run as user <c>rita</c>, and waits until people are asked.</summary>
    public static async Task<Guid> AskAsync(this World world, object? more = null, Guid? id = null)
    {
        var execution = await world.RequestAsync(more ?? new { userId = "rita", requestedBy = "paul" }, id);
        await world.UntilAsync(execution, "approval-required");
        return execution;
    }

    /// <summary>A decision by <c>tool.approval.decided</c>.</summary>
    public static Task DecideAsync(
        this World world, Guid execution, string? token, string decision = "approve", string? approver = null, string? replyTo = null, object? more = null, string source = "tests", bool login = false)
    {
        var data = JsonSerializer.SerializeToNode(more ?? new { })!.AsObject();
        data["executionId"] ??= execution.ToString();
        data["decision"] = decision;
        data["approverId"] = approver ?? token?.Split('|')[0] ?? world.Broker.VirtualHost;
        if (token is not null)
        {
            data["auth"] = JsonSerializer.SerializeToNode(new { token });
        }

        var properties = new BasicProperties { ReplyTo = replyTo };
        if (login)
        {
            properties.UserId = world.Broker.VirtualHost;
        }

        return world.PublishAsync(
            "rpc", "tool.approval.decided",
            JsonSerializer.SerializeToUtf8Bytes(new { id = Guid.CreateVersion7(), type = "tool.approval.decided", source, data }),
            properties);
    }

    /// <summary>An event of the security gateway.</summary>
    public static Task GatewayAsync(this World world, string name, object data, bool login = true) => world.PublishAsync(
        "events", name,
        JsonSerializer.SerializeToUtf8Bytes(new { id = Guid.CreateVersion7(), type = name, source = "security-gateway", data }),
        login ? new BasicProperties { UserId = world.Broker.VirtualHost } : new BasicProperties());

    /// <summary>Sends a decision and takes its reply: the code of a refusal, or the status.</summary>
    public static async Task<string> AnswerAsync(
        this World world, Guid execution, string? token, string decision = "approve", string? approver = null, object? more = null, string source = "tests", bool login = false)
    {
        var replies = await world.Broker.ListenAsync("amq.fanout");
        await world.DecideAsync(execution, token, decision, approver, replies, more, source, login);
        var reply = await world.Broker.TakeAsync(replies);
        using var document = JsonDocument.Parse(reply.Body);
        return document.RootElement.TryGetProperty("error", out var error)
            ? error.GetProperty("code").GetString()!
            : document.RootElement.GetProperty("data").GetProperty("status").GetString()!;
    }

    /// <summary>Takes the command, says that it started and ended.</summary>
    public static async Task<RunTool> RunAsync(this World world, Guid execution)
    {
        var command = await world.TakeAsync<RunTool>(Runner.Queue, TimeSpan.FromSeconds(20));
        await world.ReportAsync(Runner.Started(command));
        await world.ReportAsync(Runner.Completed(command));
        await world.UntilAsync(execution, "completed");
        return command;
    }

    public static Task<string?> ApprovalAsync(this World world, Guid execution, string column = "status") =>
        world.Database.ScalarAsync<string>($"SELECT {column}::text FROM approvals WHERE execution_id = '{execution}'");

    /// <summary>Audit entries as <c>action outcome code actor</c>, in order.</summary>
    public static async Task<IReadOnlyList<string>> AuditAsync(this World world)
    {
        await using var command = world.Database.Source.CreateCommand("SELECT action || ' ' || outcome || coalesce(' ' || code, '') || ' ' || actor FROM test_audit WHERE action LIKE 'approval.%' ORDER BY id");
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    public static string Word(this ApprovalStatus status) => JsonNamingPolicy.KebabCaseLower.ConvertName(status.ToString());
}
