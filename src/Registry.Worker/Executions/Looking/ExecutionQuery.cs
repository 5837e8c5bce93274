using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;

namespace Capns.Registry.Worker.Executions.Looking;

/// <summary>Which executions a list shows: newest first (platform spec 4.3, 4.4).</summary>
internal sealed record ExecutionQuery
{
    /// <summary>For the description.</summary>
    public static IReadOnlyList<QueryMark> Parameters { get; } =
    [
        new("toolId", "string", "uuid of the tool"), new("agentId", "string", "exactly this agent"), new("userId", "string", "exactly this user"),
        new("status", "string", "pending, approval-required, queued, running, retrying, completed, failed, cancelled, rejected or expired"),
        new("discussionId", "string", "exactly this discussion"), new("workflowRunId", "string", "exactly this run"),
        new("from", "string", "created at or after this time"), new("to", "string", "created before this time"),
    ];

    public Guid? ToolId { get; private init; }

    public string? AgentId { get; private init; }

    public string? UserId { get; private init; }

    public ExecutionState? Status { get; private init; }

    public string? DiscussionId { get; private init; }

    public string? WorkflowRunId { get; private init; }

    public DateTimeOffset? From { get; private init; }

    public DateTimeOffset? To { get; private init; }

    public bool Ascending { get; private init; }

    public Paging Paging { get; private init; } = new(1, Paging.DefaultLimit);

    /// <summary>What tells this list's number of elements from that of others.</summary>
    public string FilterKey => JsonSerializer.Serialize(new object?[] { ToolId, AgentId, UserId, Status, DiscussionId, WorkflowRunId, From, To });

    /// <summary>Reads a query string; what is wrong is noted by the reader.</summary>
    public static ExecutionQuery Read(QueryReader query)
    {
        var (_, descending) = query.Sort("-createdAt", "createdAt");
        var toolId = query.Text("toolId");
        if (toolId is not null && !Guid.TryParseExact(toolId, "D", out _))
        {
            query.Note("toolId", "format", $"must be a uuid; it is {Reading.Preview.Of(toolId)}");
        }

        var read = new ExecutionQuery
        {
            ToolId = Guid.TryParseExact(toolId, "D", out var id) ? id : null,
            AgentId = query.Text("agentId"),
            UserId = query.Text("userId"),
            Status = query.Word<ExecutionState>("status", "pending, approval-required, queued, running, retrying, completed, failed, cancelled, rejected, expired"),
            DiscussionId = query.Text("discussionId"),
            WorkflowRunId = query.Text("workflowRunId"),
            From = query.Time("from"),
            To = query.Time("to"),
            Ascending = !descending,
            Paging = query.Paging(),
        };
        if (read.From > read.To)
        {
            query.Note("to", "minimum", $"must not be before from, {read.From:O}; it is {read.To:O}");
        }

        return read;
    }

    /// <summary>Those that fit.</summary>
    public IQueryable<Execution> Filter(IQueryable<Execution> rows)
    {
        rows = ToolId is null ? rows : rows.Where(row => row.ToolId == ToolId);
        rows = AgentId is null ? rows : rows.Where(row => row.AgentId == AgentId);
        rows = UserId is null ? rows : rows.Where(row => row.UserId == UserId);
        var status = Status?.ToString();
        rows = status is null ? rows : rows.Where(row => row.Status == status);
        rows = DiscussionId is null ? rows : rows.Where(row => row.DiscussionId == DiscussionId);
        rows = WorkflowRunId is null ? rows : rows.Where(row => row.WorkflowRunId == WorkflowRunId);
        rows = From is null ? rows : rows.Where(row => row.CreatedAt >= From);
        return To is null ? rows : rows.Where(row => row.CreatedAt < To);
    }

    /// <summary>In the order of their creation; ties by id, so that pages never overlap.</summary>
    public IQueryable<Execution> Order(IQueryable<Execution> rows, bool reversed) => Ascending != reversed
        ? rows.OrderBy(row => row.CreatedAt).ThenBy(row => row.CorrelationId)
        : rows.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.CorrelationId);
}
