using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Audit.Alerts;

/// <summary>Alert rules over HTTP (platform spec 4.3, 8.5). Each change leaves an audit entry.</summary>
internal static class AlertRulesApi
{
    /// <summary>Maps the paths below <c>/audit</c>.</summary>
    public static void MapAlertRules(this IEndpointRouteBuilder audit, string path)
    {
        const string Group = "Audit";
        const string Permission = "audit:write";
        audit.MapGet("/alert-rules", ListAsync).Requires(Permission).Describe(Group, "List alert rules").Pages().Gives<PageOf<AlertRuleResource>>();
        audit.MapPost("/alert-rules", (HttpContext context, AlertRulesWriter writer) => writer.AddAsync(context, $"{path}/alert-rules")).Requires(Permission)
            .Describe(Group, "Make an alert rule").Takes<AlertRuleOrder>().Gives<AlertRuleResource>(StatusCodes.Status201Created, tagged: true);
        audit.MapGet("/alert-rules/{id:guid}", ShowAsync).Requires(Permission)
            .Describe(Group, "Show an alert rule").Gives<AlertRuleResource>(tagged: true).Refuses(ErrorCodes.NotFound);
        audit.MapPut("/alert-rules/{id:guid}", (HttpContext context, Guid id, AlertRulesWriter writer) => writer.ReplaceAsync(context, id)).Requires(Permission)
            .Describe(Group, "Change an alert rule").Takes<AlertRuleOrder>().NeedsIfMatch().Gives<AlertRuleResource>(tagged: true).Refuses(ErrorCodes.NotFound);
        audit.MapDelete("/alert-rules/{id:guid}", (HttpContext context, Guid id, AlertRulesWriter writer) => writer.DeleteAsync(context, id)).Requires(Permission)
            .Describe(Group, "Delete an alert rule").NeedsIfMatch().GivesNothing().Refuses(ErrorCodes.NotFound);
    }

    private static async Task<IResult> ListAsync(HttpContext context, AlertRuleStore store)
    {
        var query = new QueryReader(context.Request.Query);
        var paging = query.Paging();
        if (query.Problem is { } wrong)
        {
            return wrong;
        }

        var (items, total) = await store.PageAsync(paging, context.RequestAborted);
        return Results.Json(paging.Of([.. items.Select(rule => AlertRuleResource.Of(rule))], total), WireJson.Options);
    }

    private static async Task<IResult> ShowAsync(HttpContext context, Guid id, AlertRuleStore store)
    {
        if (await store.FindAsync(id, context.RequestAborted) is not { } rule)
        {
            return new ProblemResult(ErrorCodes.NotFound, $"There is no alert rule {id}.");
        }

        return Preconditions.Answer(context, Preconditions.Tag(rule.RowVersion), () => Results.Json(AlertRuleResource.Of(rule), WireJson.Options));
    }
}

/// <summary>Changes rules.</summary>
internal sealed class AlertRulesWriter(AlertRuleStore store, RegistryTransactions transactions, IAuditTrail trail, AuditKeys keys, AuditOptions options)
{
    /// <summary>POST.</summary>
    public async Task<IResult> AddAsync(HttpContext context, string path)
    {
        var (rule, problem) = await ReadAsync(context, Guid.CreateVersion7());
        if (rule is null)
        {
            return problem!;
        }

        var added = false;
        await transactions.RunAsync(
            rule.Id,
            async transaction =>
            {
                added = await AlertRuleStore.AddAsync(transaction, rule) || transaction.MayBeDone;
                Note(transaction, context, "alert-rule.create", rule, added);
            },
            context.RequestAborted);
        if (!added)
        {
            return NameTaken(rule);
        }

        context.Response.Headers.Location = $"{path}/{rule.Id}";
        context.Response.Headers.ETag = Preconditions.Tag(rule.RowVersion);
        return Results.Json(AlertRuleResource.Of(rule, keys.WebhookSecret(rule.Id)), WireJson.Options, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>PUT.</summary>
    public async Task<IResult> ReplaceAsync(HttpContext context, Guid id)
    {
        if (await store.FindAsync(id, context.RequestAborted) is not { } known)
        {
            return new ProblemResult(ErrorCodes.NotFound, $"There is no alert rule {id}.");
        }

        if (Precondition(context, known) is { } failed)
        {
            return failed;
        }

        var (rule, problem) = await ReadAsync(context, id);
        if (rule is null)
        {
            return problem!;
        }

        var replaced = false;
        await transactions.RunAsync(
            id,
            async transaction =>
            {
                replaced = await AlertRuleStore.ReplaceAsync(transaction, rule, known.RowVersion);
                Note(transaction, context, "alert-rule.update", rule, replaced);
            },
            context.RequestAborted);
        var now = await store.FindAsync(id, context.RequestAborted);
        if (now is null || (!replaced && now.RowVersion != known.RowVersion))
        {
            return new ProblemResult(ErrorCodes.PreconditionFailed, "The rule has been changed meanwhile; read it again.");
        }

        if (!replaced)
        {
            return NameTaken(rule);
        }

        context.Response.Headers.ETag = Preconditions.Tag(now.RowVersion);
        return Results.Json(AlertRuleResource.Of(now, keys.WebhookSecret(id)), WireJson.Options);
    }

    /// <summary>DELETE.</summary>
    public async Task<IResult> DeleteAsync(HttpContext context, Guid id)
    {
        if (await store.FindAsync(id, context.RequestAborted) is not { } known)
        {
            return new ProblemResult(ErrorCodes.NotFound, $"There is no alert rule {id}.");
        }

        if (Precondition(context, known) is { } failed)
        {
            return failed;
        }

        if (known.BuiltIn)
        {
            return new ProblemResult(ErrorCodes.InvalidRequest, $"Rule {known.Name} is part of the product; it can be disabled, not deleted.", status: StatusCodes.Status422UnprocessableEntity);
        }

        var deleted = false;
        await transactions.RunAsync(
            id,
            async transaction =>
            {
                deleted = await AlertRuleStore.DeleteAsync(transaction, id, known.RowVersion) || transaction.MayBeDone;
                Note(transaction, context, "alert-rule.delete", known, deleted);
            },
            context.RequestAborted);
        return deleted ? Results.NoContent() : new ProblemResult(ErrorCodes.PreconditionFailed, "The rule has been changed meanwhile; read it again.");
    }

    private static ProblemResult? Precondition(HttpContext context, AlertRule known) => Preconditions.Read(context.Request, out var wanted)
        ?? (wanted.Fit(known.RowVersion) ? null : new ProblemResult(ErrorCodes.PreconditionFailed, Preconditions.Stale("The rule", Preconditions.Tag(known.RowVersion))));

    private static ProblemResult NameTaken(AlertRule rule)
    {
        var message = $"Another rule has the name {Preview.Of(rule.Name)}.";
        return new ProblemResult(ErrorCodes.InvalidRequest, message, [new FieldError("/name", "unique", message)], StatusCodes.Status422UnprocessableEntity);
    }

    private async Task<(AlertRule? Rule, ProblemResult? Problem)> ReadAsync(HttpContext context, Guid id)
    {
        var (body, problem) = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if (problem is not null)
        {
            return (null, problem);
        }

        var rule = AlertRuleReader.Read(body, id, options.PrivateWebhooks, out var errors);
        return rule is not null
            ? (rule, null)
            : (null, new ProblemResult(
                ErrorCodes.InvalidRequest, $"{errors.Count} error{(errors.Count == 1 ? "" : "s")} in the rule.", errors, StatusCodes.Status422UnprocessableEntity));
    }

    private void Note(RegistryTransaction transaction, HttpContext context, string action, AlertRule rule, bool done)
    {
        if (done)
        {
            trail.Append(transaction, new AuditEntry
            {
                Actor = context.Caller(),
                Action = action,
                ObjectKind = "alert-rule",
                ObjectId = rule.Id.ToString(),
                Ip = context.Connection.RemoteIpAddress?.ToString(),
                RequestId = context.TraceIdentifier,
                Details = System.Text.Json.JsonSerializer.SerializeToNode(new { rule.Name, rule.Enabled, rule.Condition }, WireJson.Options)!.AsObject(),
            });
        }
    }
}
