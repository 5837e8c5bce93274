using System.Text.Json;
using Capns.Access;
using Capns.Contracts;
using Capns.Contracts.Approvals;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Approvals.Deciding;
using Capns.Registry.Worker.Approvals.Listening;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Approvals.Looking;

/// <summary>Approvals over HTTP (platform spec 4.3).</summary>
internal static class ApprovalsApi
{
    /// <summary>A decision waits this long for a database that is away; messages wait until it is back.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly SecurityLevel[] Levels = [SecurityLevel.Safe, SecurityLevel.Moderate, SecurityLevel.Restricted,
        SecurityLevel.Dangerous];

    /// <summary>Maps the paths. Who may see and decide depends on the approval, so each asks for a login only.</summary>
    public static void MapApprovals(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/approvals", ListAsync).RequiresLogin()
            .Describe("Approvals", "List approvals: of one's own executions, and those one may decide").Filter("status", "pending, approved, rejected, expired or cancelled")
            .Pages().Gives<PageOf<JsonElement>>();
        app.MapGet("/api/v1/approvals/{id:guid}", ShowAsync).RequiresLogin()
            .Describe("Approvals", "Show an approval").Gives<JsonElement>().Refuses(ErrorCodes.NotFound);
        app.MapPost("/api/v1/approvals/{id:guid}/decisions",
            (Guid id, HttpContext context, RegistryTransactions transactions, ApprovalDesk desk) =>
            DecideAsync(context, transactions, desk, id, null, null)).RequiresLogin()
            .Describe("Approvals", "Decide an approval").Takes<DecisionBody>().Gives<JsonElement>().Refuses(DecisionRefusals);
        app.MapPost("/api/v1/executions/{id:guid}/approve",
            (Guid id, HttpContext context, RegistryTransactions transactions, ApprovalDesk desk) =>
            DecideAsync(context, transactions, desk, null, id, ApprovalDecision.Approve)).RequiresLogin()
            .Describe("Approvals", "Approve what an execution waits for").Takes<DecisionBody>(optional: true).Gives<JsonElement>().Refuses(DecisionRefusals);
        app.MapPost("/api/v1/executions/{id:guid}/reject",
            (Guid id, HttpContext context, RegistryTransactions transactions, ApprovalDesk desk) =>
            DecideAsync(context, transactions, desk, null, id, ApprovalDecision.Reject)).RequiresLogin()
            .Describe("Approvals", "Reject what an execution waits for").Takes<DecisionBody>(optional: true).Gives<JsonElement>().Refuses(DecisionRefusals);
    }

    private static ErrorCode[] DecisionRefusals =>
        [ErrorCodes.NotFound, ErrorCodes.InvalidParameters, ErrorCodes.SelfApproval, ErrorCodes.ApprovalNotPending, ErrorCodes.HashMismatch];

    private static async Task<IResult> ListAsync(HttpContext context, IDbContextFactory<RegistryDbContext> contexts, IAccessControl access)
    {
        if (NeedsLogin(context) is { } refusal)
        {
            return refusal;
        }

        var query = new QueryReader(context.Request.Query);
        var (paging, status) = (query.Paging(), query.Word<ApprovalStatus>("status", "pending, approved, rejected, expired, cancelled"));
        if (query.Problem is { } wrong)
        {
            return wrong;
        }

        var ended = context.RequestAborted;
        await using var db = await contexts.CreateDbContextAsync(ended);
        var fitting = ApprovalQuery.Visible(db.Set<Approval>().AsNoTracking(), context.Caller(), await LevelsAsync(context, db, access));
        fitting = status is { } one ? fitting.Where(row => row.Status == one) : fitting;
        var total = await fitting.CountAsync(ended);
        var rows = await fitting.OrderByDescending(row => row.CreatedAt).ThenBy(row => row.Id)
            .Skip(paging.Skip).Take(paging.Limit).ToListAsync(ended);
        var ids = rows.ConvertAll(row => row.Id);
        var decisions = await db.Set<ApprovalDecisionRow>().AsNoTracking().Where(row => ids.Contains(row.ApprovalId)).ToListAsync(ended);
        return Results.Json(paging.Of(rows.ConvertAll(row => ApprovalView.Of(row, decisions)), total), WireJson.Options);
    }

    private static async Task<IResult> ShowAsync(Guid id, HttpContext context, IDbContextFactory<RegistryDbContext> contexts,
        IAccessControl access)
    {
        if (NeedsLogin(context) is { } refusal)
        {
            return refusal;
        }

        var ended = context.RequestAborted;
        await using var db = await contexts.CreateDbContextAsync(ended);
        var visible = ApprovalQuery.Visible(db.Set<Approval>().AsNoTracking(), context.Caller(), await LevelsAsync(context, db, access));
        if (await visible.FirstOrDefaultAsync(row => row.Id == id, ended) is not { } approval)
        {
            // The same for one that is not there and one that is not to be seen.
            return new ProblemResult(ErrorCodes.NotFound, $"There is no approval {id}, or you may not see it.");
        }

        var decisions = await db.Set<ApprovalDecisionRow>().AsNoTracking().Where(row => row.ApprovalId == id).ToListAsync(ended);
        return Results.Json(ApprovalView.Of(approval, decisions), WireJson.Options);
    }

    private static async Task<IResult> DecideAsync(
        HttpContext context, RegistryTransactions transactions, ApprovalDesk desk, Guid? approvalId, Guid? executionId,
            ApprovalDecision? decision)
    {
        if (NeedsLogin(context) is { } refusal)
        {
            return refusal;
        }

        var (body, problem) = await BodyAsync(context, isOptional: decision is not null);
        if (problem is not null)
        {
            return problem;
        }

        if (DecisionReader.FromBody(body, decision, out var errors) is not { } read)
        {
            return new ProblemResult(ErrorCodes.InvalidParameters, DecisionReader.Refusal(errors).Message, errors);
        }

        var order = read with
        {
            ApprovalId = approvalId,
            ExecutionId = executionId,
            Ip = context.Connection.RemoteIpAddress?.ToString(),
            RequestId = context.TraceIdentifier,
        };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        patience.CancelAfter(Patience);
        try
        {
            DecisionAnswer? answer = null;
            await transactions.RunAsync(
                await ApprovalDesk.KeyOfAsync(transactions, order, patience.Token),
                async transaction => answer = await desk.DecideAsync(transaction, context.Caller(), order),
                patience.Token);
            return answer is { Recorded: true }
                ? Results.Json(ApprovalView.Of(answer.Approval, answer.Decisions), WireJson.Options)
                : new ProblemResult(answer!.Refusal!, answer.Message);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return new ProblemResult(ErrorCodes.ServiceUnavailable,
                "The database is away. Send the decision again in a few seconds: a repeat is recorded once.");
        }
    }

    private static async Task<(JsonElement Body, ProblemResult? Problem)> BodyAsync(HttpContext context, bool isOptional) =>
        isOptional && context.Request.ContentType is null && context.Request.ContentLength is null or 0
            ? (JsonElement.Parse("{}"), null)
            : await JsonBody.ReadAsync(context.Request, context.RequestAborted);

    private static ProblemResult? NeedsLogin(HttpContext context) => context.Caller().IsKnown
        ? null
        : new ProblemResult(ErrorCodes.Unauthenticated, "Approvals need a login: a bearer token or an API key.");

    private static async Task<List<SecurityLevel>> LevelsAsync(HttpContext context, RegistryDbContext db, IAccessControl access)
    {
        var levels = new List<SecurityLevel>();
        foreach (var level in Levels)
        {
            var question = new AccessQuestion { Action = ApprovalLevels.Permission(level) };
            if ((await access.DecideAsync(context.Caller(), question, db, context.RequestAborted)).Effect != AccessEffect.Denied)
            {
                levels.Add(level);
            }
        }

        return levels;
    }
}
