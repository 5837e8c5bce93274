using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Access;
using Capns.Access.Keys;
using Capns.Access.Rules;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access.Keys;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Access.Administration;

/// <summary><c>/api/v1/api-keys</c>: everybody's own keys; those of others with <c>apikey:write:any</c> (platform spec 4.3, 8.1).</summary>
internal static class ApiKeysApi
{
    private const string Path = "/api/v1/api-keys";
    private const string Kind = "api-key";
    private const string Group = "API keys";

    public static void MapApiKeys(this IEndpointRouteBuilder app)
    {
        app.MapGet(Path, ListAsync).RequiresLogin()
            .Describe(Group, "List one's own keys; those of all with apikey:write:any").Filter("ownerId", "exactly this owner")
            .Pages().Gives<PageOf<ApiKeyResource>>();
        app.MapPost(Path, CreateAsync).RequiresLogin()
            .Describe(Group, "Make a key, which is shown this once").Takes<ApiKeyOrder>().Gives<ApiKeyResource>(201)
            .Refuses(ErrorCodes.InvalidParameters);
        app.MapDelete($"{Path}/{{id}}", RevokeAsync).RequiresLogin()
            .Describe(Group, "Revoke a key").GivesNothing().Refuses(ErrorCodes.NotFound, ErrorCodes.InvalidState);
    }

    private static async Task<IResult> ListAsync(HttpContext context, AccessChanges changes, IDbContextFactory<RegistryDbContext> contexts)
    {
        var query = new QueryReader(context.Request.Query);
        var (paging, owner) = (query.Paging(), query.Text("ownerId"));
        if (query.Problem is { } problem)
        {
            return problem;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var keys = db.Set<ApiKey>().AsNoTracking().Where(key => owner == null || key.OwnerId == owner);
        if (!await changes.HasAsync(context.Caller(), PermissionNames.WriteAnyKey, context.RequestAborted))
        {
            var (kind, id) = (context.Caller().Kind, context.Caller().Id);
            keys = keys.Where(key => key.OwnerKind == kind && key.OwnerId == id);
        }

        var total = await keys.LongCountAsync(context.RequestAborted);
        var rows = await keys.OrderBy(key => key.CreatedAt).ThenBy(key => key.Id).Skip(paging.Skip).Take(paging.Limit)
            .ToListAsync(context.RequestAborted);
        return Results.Json(paging.Of([.. rows.Select(row => View(row, null))], total), WireJson.Options);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, AccessChanges changes, AccessState state, TimeProvider time)
    {
        var caller = context.Caller();
        var (body, problem) = await AccessBody.ReadAsync(context, fields => ApiKeyBody.Read(fields, caller, time.GetUtcNow()));
        problem ??= await ApiKeyRules.FindRefusalAsync(caller, body!, changes, state, context.RequestAborted);
        if (problem is not null)
        {
            return problem;
        }

        var text = ApiKeyText.Create();
        ApiKey? made = null;
        var details = new JsonObject
        {
            ["owner"] = $"{CallerKinds.Word(body!.OwnerKind)}:{body.OwnerId}",
            ["scopes"] = JsonSerializer.SerializeToNode(body.Scopes),
        };
        problem = await changes.RunAsync(context, "api-key.create", Kind, text.Id, details, async transaction =>
        {
            if (await ApiKeyRules.FindTooManyAsync(transaction, body) is { } tooMany)
            {
                return tooMany;
            }

            made = body.ToRow(text, transaction.Now);
            transaction.Db.Add(made);
            return null;
        }, isDone: transaction => transaction.Db.Set<ApiKey>().AnyAsync(row => row.Id == text.Id, transaction.CancellationToken));
        if (problem is not null)
        {
            return problem;
        }

        context.Response.Headers.Location = $"{Path}/{text.Id}";
        return Results.Json(View(made!, text.ToString()), WireJson.Options, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>The row stays, so that logs can be read. Revoking again changes nothing.</summary>
    private static async Task<IResult> RevokeAsync(string id, HttpContext context, AccessChanges changes, LastAdministrator last)
    {
        var caller = context.Caller();
        if (id.Contains('\0', StringComparison.Ordinal))
        {
            return Missing(id);
        }

        var any = await changes.HasAsync(caller, PermissionNames.WriteAnyKey, context.RequestAborted);
        var problem = await changes.RunAsync(context, "api-key.revoke", Kind, id, null, async transaction =>
        {
            var key = await transaction.Db.Set<ApiKey>().SingleOrDefaultAsync(row => row.Id == id, transaction.CancellationToken);
            if (key is null || !(any || key.IsOf(caller.Kind, caller.Id)))
            {
                return Missing(id);
            }

            if (await last.IsItAsync(transaction, lost => lost.KeyId == id))
            {
                return LastAdministrator.Problem;
            }

            key.RevokedAt ??= transaction.Now;
            return null;
        });
        return problem ?? Results.NoContent();
    }

    private static ProblemResult Missing(string id) =>
        new(ErrorCodes.NotFound, $"There is no API key {Reading.Preview.Of(id.Replace("\0", "", StringComparison.Ordinal))}.");

    private static ApiKeyResource View(ApiKey key, string? secret) => new()
    {
        Id = key.Id,
        Name = key.Name,
        OwnerKind = CallerKinds.Word(key.OwnerKind),
        OwnerId = key.OwnerId,
        Scopes = key.Scopes,
        CreatedAt = key.CreatedAt,
        ExpiresAt = key.ExpiresAt,
        LastUsedAt = key.LastUsedAt,
        RevokedAt = key.RevokedAt,
        Key = secret,
    };
}
