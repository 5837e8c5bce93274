using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Hosting.Secrets;
using Capns.Messaging;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Messaging.Topology;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Persistence.DeadLetters;

/// <summary>Dead letters over HTTP: look, replay, drop (platform spec 3.11, 4.3).</summary>
internal static class DeadLettersApi
{
    private const string Path = "/api/v1/admin/dead-letters";

    /// <summary>Maps the paths.</summary>
    public static void MapDeadLetters(this IEndpointRouteBuilder app)
    {
        app.MapGet(Path, ListAsync).Requires("admin:dead-letters")
            .Describe("Operations", "List messages that could not be handled").Filter("queue", "the queue they came from").Filter("reason", "why").Pages().Gives<PageOf<DeadLetter>>();
        app.MapPost($"{Path}/{{id:guid}}/replay", ReplayAsync).Requires("admin:dead-letters")
            .Describe("Operations", "Send a message to its queue again").Gives<DeadLetter>(202).Refuses(ErrorCodes.NotFound, ErrorCodes.InvalidState);
        app.MapDelete($"{Path}/{{id:guid}}", DropAsync).Requires("admin:dead-letters")
            .Describe("Operations", "Drop a message").GivesNothing().Refuses(ErrorCodes.NotFound, ErrorCodes.InvalidState);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IDbContextFactory<RegistryDbContext> contexts, ListTotals totals, ISealer sealer)
    {
        var query = new QueryReader(context.Request.Query);
        var (queue, reason, paging) = (query.Text("queue"), query.Text("reason"), query.Paging());
        if (query.Problem is { } problem)
        {
            return problem;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var rows = db.Set<DeadLetterRow>().AsNoTracking().Where(row => row.DroppedAt == null);
        rows = queue is null ? rows : rows.Where(row => row.Queue == queue);
        rows = reason is null ? rows : rows.Where(row => row.Reason == reason);
        var total = await totals.CountAsync(JsonSerializer.Serialize(new[] { "dead-letters", queue, reason }), () => rows.LongCountAsync(context.RequestAborted));
        var page = await rows.OrderByDescending(row => row.FailedAt).ThenBy(row => row.Id).Skip(paging.Skip).Take(paging.Limit).ToListAsync(context.RequestAborted);
        return Results.Json(paging.Of(page.ConvertAll(row => DeadLetter.Of(row, sealer)), total), WireJson.Options);
    }

    private static Task<IResult> ReplayAsync(Guid id, HttpContext context, RegistryTransactions transactions, IAuditTrail audit, ISealer sealer, BusSettings bus) =>
        ActAsync(id, context, transactions, audit, "dead-letter.replay", async transaction =>
        {
            var row = await LockAsync(id, transaction);
            if (row is null || row.DroppedAt is not null)
            {
                return NotFound(id);
            }

            if (row.ReplayedAt is { } when)
            {
                return new ProblemResult(ErrorCodes.InvalidState, $"Message {id} was sent again at {when:O} already; if it failed anew, it lies here as another one.");
            }

            if (!DeadLetterSeal.TryOpen(row, sealer, out var open))
            {
                return new ProblemResult(ErrorCodes.InvalidState, $"Message {id} was sealed with a key that is not given any more; it can only be dropped.");
            }

            var message = MessageOf(open, transaction.Now, out var publisher);
            if (!IsForAnybody(row.Queue) && !bus.IsPlatformUser(publisher))
            {
                return new ProblemResult(ErrorCodes.InvalidState, $"Only the platform itself sends to queue {Reading.Preview.Of(row.Queue)}, and it did not send message {id}.");
            }

            // A new id: its queue has seen the old one, and would take it for a repeat.
            transaction.Send(message, row.Id.ToString());
            await transaction.Db.Set<DeadLetterRow>().Where(letter => letter.Id == id)
                .ExecuteUpdateAsync(set => set.SetProperty(letter => letter.ReplayedAt, transaction.Now), transaction.CancellationToken);
            return Results.Json(DeadLetter.Of(row, sealer) with { ReplayedAt = transaction.Now }, WireJson.Options, statusCode: StatusCodes.Status202Accepted);
        });

    private static Task<IResult> DropAsync(Guid id, HttpContext context, RegistryTransactions transactions, IAuditTrail audit) =>
        ActAsync(id, context, transactions, audit, "dead-letter.drop", async transaction =>
        {
            var dropped = await transaction.Db.Set<DeadLetterRow>().Where(letter => letter.Id == id && letter.DroppedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(letter => letter.DroppedAt, transaction.Now), transaction.CancellationToken);
            return dropped == 0 ? NotFound(id) : Results.NoContent();
        });

    private static async Task<IResult> ActAsync(
        Guid id, HttpContext context, RegistryTransactions transactions, IAuditTrail audit, string action, Func<RegistryTransaction, Task<IResult>> act)
    {
        IResult? result = null;
        await transactions.RunAsync(
            id,
            async transaction =>
            {
                result = await act(transaction);
                if (result is not ProblemResult)
                {
                    audit.Append(transaction, Actor.Of(context).Entry(action, "dead-letter", id.ToString()));
                }
            },
            context.RequestAborted);
        return result!;
    }

    private static ProblemResult NotFound(Guid id) => new(ErrorCodes.NotFound, $"There is no dead letter {id}.");

    private static async Task<DeadLetterRow?> LockAsync(Guid id, RegistryTransaction transaction)
    {
        var rows = await transaction.Db.Set<DeadLetterRow>().FromSql($"SELECT * FROM dead_letters WHERE id = {id} FOR UPDATE").AsNoTracking().ToListAsync(transaction.CancellationToken);
        return rows.FirstOrDefault();
    }

    /// <summary>True for a queue to which those outside may send, each in its own name.</summary>
    private static bool IsForAnybody(string queue) => queue is QueueNames.ExecutionRequests or QueueNames.ExecutionCancellations or QueueNames.ApprovalDecisions
        or QueueNames.GatewayApprovals or QueueNames.DiscoveryRequests or QueueNames.DiscoveryLearning;

    /// <summary>The message as it was, to the queue it came from, without what told of its failure; in the name of who published it.</summary>
    private static OutboundMessage MessageOf(DeadLetterRow row, DateTimeOffset now, out string? publisher)
    {
        using var document = JsonDocument.Parse(row.Properties);
        var properties = document.RootElement;
        var headers = properties.TryGetProperty("headers", out var kept) && kept.ValueKind == JsonValueKind.Object
            ? kept.EnumerateObject().Where(header => !header.Name.StartsWith("x-", StringComparison.Ordinal) && header.Value.ValueKind == JsonValueKind.String)
                .ToDictionary(header => header.Name, header => header.Value.GetString()!)
            : [];
        publisher = Text(properties, DeadLetterReader.Publisher);
        headers[ReplayedMessage.Header] = publisher ?? "";
        return new OutboundMessage
        {
            Id = Guid.CreateVersion7(now),
            Exchange = "",
            RoutingKey = row.Queue,
            Body = row.Body,
            ContentType = Text(properties, "contentType") ?? "application/octet-stream",
            Type = Text(properties, "type") ?? "",
            CorrelationId = Text(properties, "correlationId"),
            Timestamp = now,
            Headers = headers,
        };
    }

    private static string? Text(JsonElement properties, string name) =>
        properties.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
