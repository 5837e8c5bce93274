using Capns.Access.Rules;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Access.Administration;

/// <summary><c>/api/v1/policies</c> (platform spec 4.3, 4.4, 8.3).</summary>
internal static class PoliciesApi
{
    private const string Path = "/api/v1/policies";
    private const string Kind = "policy";
    private const string Group = "Policies";

    public static void MapPolicies(this IEndpointRouteBuilder app)
    {
        var one = $"{Path}/{{id:guid}}";
        app.MapGet(Path, ListAsync).Requires(PermissionNames.WritePolicies)
            .Describe(Group, "List policies").Filter("effect", "deny, require-approval or allow")
            .Filter("enabled", "only those that are, or are not", "boolean")
            .Pages().Gives<PageOf<PolicyResource>>();
        app.MapPost(Path, CreateAsync).Requires(PermissionNames.WritePolicies)
            .Describe(Group, "Make a policy").Takes<PolicyOrder>().Gives<PolicyResource>(201, tagged: true)
            .Refuses(ErrorCodes.InvalidParameters);
        app.MapGet(one, ShowAsync).Requires(PermissionNames.WritePolicies)
            .Describe(Group, "Show a policy").Gives<PolicyResource>(tagged: true).Refuses(ErrorCodes.NotFound);
        app.MapPut(one, ReplaceAsync).Requires(PermissionNames.WritePolicies)
            .Describe(Group, "Change a policy").Takes<PolicyOrder>().NeedsIfMatch().Gives<PolicyResource>(tagged: true)
            .Refuses(ErrorCodes.NotFound, ErrorCodes.InvalidParameters);
        app.MapDelete(one, DeleteAsync).Requires(PermissionNames.WritePolicies)
            .Describe(Group, "Delete a policy").NeedsIfMatch().GivesNothing().Refuses(ErrorCodes.NotFound);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IDbContextFactory<RegistryDbContext> contexts)
    {
        var query = new QueryReader(context.Request.Query);
        var (paging, effect, enabled) = (query.Paging(), query.OneOf("effect", Policy.Deny, Policy.RequireApproval, Policy.Allow),
            query.Flag("enabled"));
        if (query.Problem is { } problem)
        {
            return problem;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var policies = db.Set<Policy>().AsNoTracking()
            .Where(policy => (effect == null || policy.Effect == effect) && (enabled == null || policy.Enabled == enabled));
        var total = await policies.LongCountAsync(context.RequestAborted);
        var rows = await policies.OrderBy(policy => policy.Name).Skip(paging.Skip).Take(paging.Limit).ToListAsync(context.RequestAborted);
        return Results.Json(paging.Of([.. rows.Select(PolicyRows.View)], total), WireJson.Options);
    }

    private static async Task<IResult> ShowAsync(Guid id, HttpContext context, IDbContextFactory<RegistryDbContext> contexts)
    {
        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var policy = await db.Set<Policy>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, context.RequestAborted);
        return policy is null
            ? PolicyRows.Missing(id)
            : Preconditions.Answer(
                context, Preconditions.Tag(policy.RowVersion), () => Results.Json(PolicyRows.View(policy), WireJson.Options));
    }

    private static async Task<IResult> CreateAsync(HttpContext context, AccessChanges changes)
    {
        var (body, problem) = await AccessBody.ReadAsync(context, PolicyBody.Read);
        if (body is null)
        {
            return problem!;
        }

        var id = Guid.CreateVersion7();
        Policy? made = null;
        problem = await changes.RunAsync(context, "policy.create", Kind, id.ToString(), PolicyRows.Details(body), async transaction =>
        {
            if (await PolicyRows.FindTwinAsync(transaction, body.Name, id) is { } twin)
            {
                return twin;
            }

            made = PolicyRows.Make(id, body, transaction.Now);
            transaction.Db.Add(made);
            return null;
        }, isDone: async transaction => (made = await transaction.Db.Set<Policy>()
            .SingleOrDefaultAsync(row => row.Id == id, transaction.CancellationToken)) is not null);
        return problem ?? Answer(context, made!, StatusCodes.Status201Created);
    }

    private static async Task<IResult> ReplaceAsync(Guid id, HttpContext context, AccessChanges changes)
    {
        if (Preconditions.Read(context.Request, out var wanted) is { } refusal)
        {
            return refusal;
        }

        var (body, problem) = await AccessBody.ReadAsync(context, PolicyBody.Read);
        if (body is null)
        {
            return problem!;
        }

        Policy? changed = null;
        DateTimeOffset? tried = null;
        problem = await changes.RunAsync(context, "policy.update", Kind, id.ToString(), PolicyRows.Details(body), async transaction =>
        {
            (changed, var refused) = await PolicyRows.LockAsync(transaction, id, wanted);
            refused ??= await PolicyRows.FindTwinAsync(transaction, body.Name, id);
            if (changed is null || refused is not null)
            {
                return refused;
            }

            PolicyRows.Replace(changed, body, transaction.Now);
            tried = transaction.Now;
            return null;
        }, isDone: async transaction => (changed = await PolicyRows.FindAsync(transaction, id, tried)) is not null);
        return problem ?? Answer(context, changed!, StatusCodes.Status200OK);
    }

    private static async Task<IResult> DeleteAsync(Guid id, HttpContext context, AccessChanges changes)
    {
        if (Preconditions.Read(context.Request, out var wanted) is { } refusal)
        {
            return refusal;
        }

        var problem = await changes.RunAsync(context, "policy.delete", Kind, id.ToString(), null, async transaction =>
        {
            var (policy, stale) = await PolicyRows.LockAsync(transaction, id, wanted);
            if (stale is null)
            {
                transaction.Db.Remove(policy!);
            }

            return stale;
        }, isDone: async transaction => !await transaction.Db.Set<Policy>().AnyAsync(row => row.Id == id, transaction.CancellationToken));
        return problem ?? Results.NoContent();
    }

    private static IResult Answer(HttpContext context, Policy policy, int status)
    {
        context.Response.Headers.ETag = Preconditions.Tag(policy.RowVersion);
        if (status == StatusCodes.Status201Created)
        {
            context.Response.Headers.Location = $"{Path}/{policy.Id}";
        }

        return Results.Json(PolicyRows.View(policy), WireJson.Options, statusCode: status);
    }
}
