using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Access;
using Capns.Access.Keys;
using Capns.Access.Rules;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Reading;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Access.Administration;

/// <summary><c>/api/v1/service-accounts</c>: programs with rights of their own (platform spec 4.3, 8.4).</summary>
internal static class ServiceAccountsApi
{
    private const string Path = "/api/v1/service-accounts";
    private const string Kind = "service-account";
    private const string Group = "Service accounts";
    private const int MaxAmqpUser = 255;
    private const int MaxPermissions = 100;

    public static void MapServiceAccounts(this IEndpointRouteBuilder app)
    {
        app.MapGet(Path, ListAsync).Requires(PermissionNames.WritePermissions)
            .Describe(Group, "List service accounts").Pages().Gives<PageOf<ServiceAccountResource>>();
        app.MapPost(Path, CreateAsync).Requires(PermissionNames.WritePermissions)
            .Describe(Group, "Make a service account").Takes<ServiceAccountOrder>().Gives<ServiceAccountResource>(201)
            .Refuses(ErrorCodes.InvalidParameters);
        app.MapDelete($"{Path}/{{id:guid}}", DeleteAsync).Requires(PermissionNames.WritePermissions)
            .Describe(Group, "Delete a service account, its keys and its grants").GivesNothing()
            .Refuses(ErrorCodes.NotFound, ErrorCodes.InvalidState);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IDbContextFactory<RegistryDbContext> contexts)
    {
        var query = new QueryReader(context.Request.Query);
        var paging = query.Paging();
        if (query.Problem is { } problem)
        {
            return problem;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var accounts = db.Set<ServiceAccount>().AsNoTracking();
        var total = await accounts.LongCountAsync(context.RequestAborted);
        var rows = await accounts.OrderBy(account => account.Name).Skip(paging.Skip).Take(paging.Limit).ToListAsync(context.RequestAborted);
        return Results.Json(paging.Of([.. rows.Select(ServiceAccountResource.Of)], total), WireJson.Options);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, AccessChanges changes, TimeProvider time)
    {
        var (account, problem) = await AccessBody.ReadAsync(context, fields => Read(fields, time.GetUtcNow()));
        problem ??= await changes.MayGiveAsync(context.Caller(), account!.Permissions, account.Roles, context.RequestAborted);
        if (problem is not null)
        {
            return problem;
        }

        var details = new JsonObject
        {
            ["name"] = account!.Name,
            ["amqpUser"] = account.AmqpUser,
            ["clientId"] = account.ClientId,
            ["roles"] = JsonSerializer.SerializeToNode(account.Roles),
            ["permissions"] = JsonSerializer.SerializeToNode(account.Permissions),
        };
        problem = await changes.RunAsync(context, "service-account.create", Kind, account.Id.ToString(), details, async transaction =>
        {
            var twins = await transaction.Db.Set<ServiceAccount>().AsNoTracking()
                .Where(row => row.Name == account.Name || (account.AmqpUser != null && row.AmqpUser == account.AmqpUser)
                    || (account.ClientId != null && row.ClientId == account.ClientId))
                .ToListAsync(transaction.CancellationToken);
            if (twins.Count > 0)
            {
                return Taken(account, twins[0]);
            }

            transaction.Db.Add(account);
            return null;
        }, isDone: transaction => transaction.Db.Set<ServiceAccount>().AnyAsync(row =>
            row.Id == account.Id, transaction.CancellationToken));
        if (problem is not null)
        {
            return problem;
        }

        context.Response.Headers.Location = $"{Path}/{account.Id}";
        return Results.Json(ServiceAccountResource.Of(account), WireJson.Options, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>Its keys and grants end with it: an account of the same name that is made later starts with nothing.</summary>
    private static async Task<IResult> DeleteAsync(Guid id, HttpContext context, AccessChanges changes, LastAdministrator last) =>
        await changes.RunAsync(context, "service-account.delete", Kind, id.ToString(), null, async transaction =>
        {
            var account = await transaction.Db.Set<ServiceAccount>()
                .SingleOrDefaultAsync(row => row.Id == id, transaction.CancellationToken);
            if (account is null)
            {
                return new ProblemResult(ErrorCodes.NotFound, $"There is no service account {id}.");
            }

            if (await last.IsItAsync(transaction, lost => lost.Service == account.Name))
            {
                return LastAdministrator.Problem;
            }

            transaction.Db.Remove(account);
            await EndRightsAsync(transaction, account.Name);
            return null;
        }, isDone: async transaction => !await transaction.Db.Set<ServiceAccount>().AnyAsync(row =>
            row.Id == id, transaction.CancellationToken))
        ?? Results.NoContent();

    private static async Task EndRightsAsync(RegistryTransaction transaction, string name)
    {
        var now = transaction.Now;
        await transaction.Db.Set<ApiKey>()
            .Where(key => key.OwnerKind == CallerKind.Service && key.OwnerId == name && key.RevokedAt == null)
            .ExecuteUpdateAsync(key => key.SetProperty(row => row.RevokedAt, now), transaction.CancellationToken);
        var kind = CallerKinds.Word(CallerKind.Service);
        await transaction.Db.Set<Grant>().Where(grant => grant.SubjectKind == kind && grant.SubjectId == name)
            .ExecuteDeleteAsync(transaction.CancellationToken);
    }

    private static ProblemResult Taken(ServiceAccount account, ServiceAccount twin)
    {
        var (member, value) = twin.Name == account.Name ? ("name", account.Name)
            : twin.AmqpUser is not null && twin.AmqpUser == account.AmqpUser ? ("amqpUser", account.AmqpUser)
            : ("clientId", account.ClientId!);
        return AccessBody.Invalid(member, "uniqueItems", $"must be unique; account {Preview.Of(twin.Name)} has {Preview.Of(value)}");
    }

    private static ServiceAccount Read(JsonFields fields, DateTimeOffset now)
    {
        fields.Require("name", "lower-case letters, digits and - _ .");
        var name = fields.Text("name", AccessBody.MaxId);
        if (name is not null
            && !name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '_' or '.'))
        {
            fields.Note("name", "pattern", $"must be lower-case letters, digits and - _ .; it is {Preview.Of(name)}");
        }

        var roles = fields.Texts("roles", RolePermissions.Names.Count, AccessBody.MaxId) ?? [];
        if (roles.FirstOrDefault(role => !RolePermissions.Names.Contains(role)) is { } unknown)
        {
            fields.Note("roles", "enum", $"must hold {string.Join(", ", RolePermissions.Names)}; it holds {Preview.Of(unknown)}");
        }

        var permissions = fields.Texts("permissions", MaxPermissions, AccessBody.MaxId) ?? [];
        if (permissions.FirstOrDefault(permission => !PermissionNames.IsWord(permission)) is { } bad)
        {
            fields.Note("permissions", "pattern", $"must hold words such as tool:execute:restricted; it holds {Preview.Of(bad)}");
        }

        return new ServiceAccount
        {
            Id = Guid.CreateVersion7(),
            Name = name ?? "",
            AmqpUser = fields.Text("amqpUser", MaxAmqpUser),
            ClientId = fields.Text("clientId", AccessBody.MaxId),
            Roles = [.. roles.Distinct(StringComparer.Ordinal)],
            Permissions = [.. permissions.Distinct(StringComparer.Ordinal)],
            CreatedAt = now,
        };
    }
}
