using System.Text.Json.Nodes;
using Capns.Core.Validation;
using Capns.Hosting.Secrets;

namespace Capns.Registry.Worker.Persistence.DeadLetters;

/// <summary>A dead letter as the API shows it: enough to see what was wrong with it, and nothing that somebody could use.</summary>
internal sealed record DeadLetter
{
    public required Guid Id { get; init; }

    public required string Queue { get; init; }

    public required string Reason { get; init; }

    public string? Detail { get; init; }

    public required DateTimeOffset FailedAt { get; init; }

    public DateTimeOffset? ReplayedAt { get; init; }

    /// <summary>Of the body; 0 when it cannot be opened: its key is not given any more.</summary>
    public required int Bytes { get; init; }

    /// <summary>As text, where it is text and not too large; tokens and parameters are not shown.</summary>
    public string? Body { get; init; }

    /// <summary>AMQP properties and headers; a token is not shown.</summary>
    public JsonNode? Properties { get; init; }

    /// <summary>Of its row.</summary>
    public static DeadLetter Of(DeadLetterRow row, ISealer sealer)
    {
        var body = DeadLetterSeal.TryOpen(row, sealer, out var open) ? open.Body : [];
        return new DeadLetter
        {
            Id = row.Id,
            Queue = row.Queue,
            Reason = row.Reason,
            Detail = row.Detail,
            FailedAt = row.FailedAt,
            ReplayedAt = row.ReplayedAt,
            Bytes = body.Length,
            Body = body.Length > 0 ? DeadLetterPreview.Of(body) : null,
            Properties = Shown(row.Properties),
        };
    }

    private static JsonNode? Shown(string properties)
    {
        var node = JsonNode.Parse(properties);
        if (node?["headers"] is JsonObject headers)
        {
            foreach (var name in headers.Select(header => header.Key).Where(DeadLetterSeal.IsToken).ToList())
            {
                headers[name] = SecretFields.Redacted;
            }
        }

        return node;
    }
}
