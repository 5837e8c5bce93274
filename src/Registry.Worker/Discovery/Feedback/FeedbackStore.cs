using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Capns.Access;
using Capns.Contracts.Json;
using Capns.Core.Json;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Discovery.Feedback;

/// <summary>Keeps feedback and hands it to the outbox in one transaction: what was accepted is learned from, once (platform spec 3.3, rule 8). Thread-safe.</summary>
internal sealed class FeedbackStore(RegistryTransactions transactions, DiscoveryMessages messages)
{
    /// <summary>Keeps it, unless it is kept already.</summary>
    /// <param name="order">Names the tool by its uuid.</param>
    /// <param name="caller">Who says so.</param>
    /// <param name="correlationId">Of the request.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>False: the event id was used with other content.</returns>
    public async Task<bool> KeepAsync(FeedbackOrder order, Caller caller, string correlationId, CancellationToken cancellationToken)
    {
        var payload = JsonSerializer.SerializeToElement(order, WireJson.Options);
        var digest = CanonicalJson.Digest(payload);
        var kept = false;
        await transactions.RunAsync(
            // Each event by itself: only the same one waits for another.
            new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(order.EventId)).AsSpan(0, 16)),
            async transaction =>
            {
                var isNew = await transaction.Db.Database.ExecuteSqlAsync(
                    $"INSERT INTO learning_feedback (event_id, digest, received_at) VALUES ({order.EventId}, {digest}, {transaction.Now}) ON CONFLICT (event_id) DO NOTHING",
                    transaction.CancellationToken) > 0;
                kept = isNew || await transaction.Db.Database.SqlQuery<string>($"""SELECT digest AS "Value" FROM learning_feedback WHERE event_id = {order.EventId}""")
                    .SingleAsync(transaction.CancellationToken) == digest;
                if (isNew)
                {
                    // In the order in which an agent has spoken.
                    transaction.Send(messages.Feedback(payload, caller, correlationId), $"learning:{order.AgentId}");
                }
            },
            cancellationToken);
        return kept;
    }
}
