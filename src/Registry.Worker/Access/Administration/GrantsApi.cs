using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Access;
using Capns.Access.Rules;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Access.Administration;

/// <summary><c>/api/v1/permissions</c>: single permissions given to somebody (platform spec 4.3, 8.2).</summary>
internal static class GrantsApi
{
    private const string Path = "/api/v1/permissions";
    private const string Group = "Permissions";

    private static readonly string[] SubjectKinds = ["user", "agent", "service", Grant.Role];

    public static void MapGrants(this IEndpointRouteBuilder app)
    {
        app.MapGet(Path, ListAsync).RequiresLogin()
            .Describe(Group, "List one's own grants; all of them with permission:write")
            .Filter("subjectKind", "user, agent, service or role")
            .Filter("subjectId", "exactly this subject").Filter("permission", "exactly this permission").Pages()
            .Gives<PageOf<GrantResource>>();
        app.MapPost(Path, CreateAsync).Requires(PermissionNames.WritePermissions)
            .Describe(Group, "Give a permission").Takes<GrantOrder>().Gives<GrantResource>(201).Refuses(ErrorCodes.InvalidParameters);
        app.MapDelete($"{Path}/{{id:guid}}", DeleteAsync).Requires(PermissionNames.WritePermissions)
            .Describe(Group, "Take a permission back").GivesNothing().Refuses(ErrorCodes.NotFound);
    }

    /// <summary>Everybody sees their own and those of their roles.</summary>
    private static async Task<IResult> ListAsync(HttpContext context, AccessChanges changes, IDbContextFactory<RegistryDbContext> contexts)
    {
        var query = new QueryReader(context.Request.Query);
        var (paging, kind, subject, permission) = (query.Paging(), query.OneOf("subjectKind", SubjectKinds), query.Text("subjectId"),
            query.Text("permission"));
        if (query.Problem is { } problem)
        {
            return problem;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var grants = db.Set<Grant>().AsNoTracking()
            .Where(grant => (kind == null || grant.SubjectKind == kind) && (subject == null || grant.SubjectId == subject)
                && (permission == null || grant.Permission == permission));
        if (!await changes.HasAsync(context.Caller(), PermissionNames.WritePermissions, context.RequestAborted))
        {
            var (ownKind, ownId, roles) = (CallerKinds.Word(context.Caller().Kind), context.Caller().Id, context.Caller().Roles.ToArray());
            grants = grants.Where(grant => (grant.SubjectKind == ownKind && grant.SubjectId == ownId)
                || (grant.SubjectKind == Grant.Role && roles.Contains(grant.SubjectId)));
        }

        var total = await grants.LongCountAsync(context.RequestAborted);
        var rows = await grants.OrderBy(grant => grant.CreatedAt).ThenBy(grant => grant.Id).Skip(paging.Skip).Take(paging.Limit)
            .ToListAsync(context.RequestAborted);
        return Results.Json(paging.Of([.. rows.Select(View)], total), WireJson.Options);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, AccessChanges changes, TimeProvider time)
    {
        var (grant, problem) = await AccessBody.ReadAsync(context, fields => Read(fields, context.Caller(), time.GetUtcNow()));
        problem ??= await changes.MayGiveAsync(context.Caller(), [grant!.Permission], [], context.RequestAborted);
        if (problem is not null)
        {
            return problem;
        }

        var details = new JsonObject
        {
            ["subjectKind"] = grant!.SubjectKind,
            ["subjectId"] = grant.SubjectId,
            ["permission"] = grant.Permission,
            ["toolId"] = grant.ToolId?.ToString(),
            ["projectId"] = grant.ProjectId,
        };
        problem = await changes.RunAsync(context, "grant.create", "grant", grant.Id.ToString(), details, async transaction =>
        {
            if (grant.ToolId is { } tool && !await transaction.Db.Set<Tool>()
                .AnyAsync(row => row.Id == tool, transaction.CancellationToken))
            {
                return AccessBody.Invalid("toolId", "reference", $"must be a tool; there is none with id {tool}");
            }

            transaction.Db.Add(grant);
            return null;
        }, isDone: transaction => transaction.Db.Set<Grant>().AnyAsync(row => row.Id == grant.Id, transaction.CancellationToken));
        if (problem is not null)
        {
            return problem;
        }

        context.Response.Headers.Location = $"{Path}/{grant.Id}";
        return Results.Json(View(grant), WireJson.Options, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> DeleteAsync(Guid id, HttpContext context, AccessChanges changes) =>
        await changes.RunAsync(context, "grant.delete", "grant", id.ToString(), null, async transaction =>
            await transaction.Db.Set<Grant>().Where(grant => grant.Id == id).ExecuteDeleteAsync(transaction.CancellationToken) == 1
                ? null
                : new ProblemResult(ErrorCodes.NotFound, $"There is no grant {id}."),
            isDone: async transaction => !await transaction.Db.Set<Grant>().AnyAsync(row => row.Id == id, transaction.CancellationToken))
        ?? Results.NoContent();

    private static Grant Read(JsonFields fields, Caller caller, DateTimeOffset now)
    {
        fields.Require("subjectKind", "user, agent, service or role");
        fields.Require("subjectId", "the id of a user or agent, or the name of a service account or role");
        fields.Require("permission", "such as tool:execute:restricted");
        var (kind, subject, permission, tool) = (fields.Word("subjectKind", SubjectKinds), fields.Text("subjectId", AccessBody.MaxId),
            fields.Text("permission", AccessBody.MaxId), fields.Uuid("toolId"));
        var limits = new GrantLimits(fields.Integer("maxCallsPerHour", 1, 1_000_000), fields.Number("maxCostPerHour", 0, 1_000_000_000));
        var expires = fields.Time("expiresAt");
        var isShort = permission is PermissionNames.Read or PermissionNames.Execute;
        if (permission is not null && !(isShort ? kind == "agent" && tool is not null : PermissionNames.IsWord(permission)))
        {
            fields.Note(
                "permission", "pattern",
                "must be a word such as tool:execute:restricted, or read or execute for an agent and one toolId; "
                + $"it is {Preview.Of(permission)}");
        }

        if (kind == Grant.Role && subject is not null && !RolePermissions.Names.Contains(subject))
        {
            fields.Note("subjectId", "enum",
                $"must be one of {string.Join(", ", RolePermissions.Names)} when subjectKind is role; it is {Preview.Of(subject)}");
        }

        if (limits != new GrantLimits(null, null) && tool is null)
        {
            fields.Note("toolId", "required", "is required with maxCallsPerHour and maxCostPerHour, which are counted per tool");
        }

        if (expires <= now)
        {
            fields.Note("expiresAt", "minimum", $"must lie ahead; it is {expires:O}, and now it is {now:O}");
        }

        return new Grant
        {
            Id = Guid.CreateVersion7(),
            SubjectKind = kind ?? "",
            SubjectId = subject ?? "",
            Permission = permission ?? "",
            ToolId = tool,
            ProjectId = fields.Text("projectId", AccessBody.MaxId),
            Limits = limits == new GrantLimits(null, null) ? null : JsonSerializer.Serialize(limits, WireJson.Options),
            GrantedBy = $"{CallerKinds.Word(caller.Kind)}:{caller.Id}",
            CreatedAt = now,
            ExpiresAt = expires,
        };
    }

    private static GrantResource View(Grant grant)
    {
        var limits = KnownGrant.Of(grant).Limits;
        return new GrantResource
        {
            Id = grant.Id,
            SubjectKind = grant.SubjectKind,
            SubjectId = grant.SubjectId,
            Permission = grant.Permission,
            ToolId = grant.ToolId,
            ProjectId = grant.ProjectId,
            MaxCallsPerHour = limits?.MaxCallsPerHour,
            MaxCostPerHour = limits?.MaxCostPerHour,
            GrantedBy = grant.GrantedBy,
            CreatedAt = grant.CreatedAt,
            ExpiresAt = grant.ExpiresAt,
        };
    }
}
