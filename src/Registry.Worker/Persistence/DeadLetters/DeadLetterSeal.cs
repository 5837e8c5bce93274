using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json.Nodes;
using Capns.Contracts.Json;
using Capns.Hosting.Secrets;

namespace Capns.Registry.Worker.Persistence.DeadLetters;

/// <summary>Keeps what a dead letter holds from whoever reads the database (platform spec 3.10, 5.13). Pure.</summary>
internal static class DeadLetterSeal
{
    private const string Header = "authorization";

    /// <summary>Seals the body and the header with the sender's token.</summary>
    public static DeadLetterRow Close(DeadLetterRow row, ISealer sealer)
    {
        var properties = JsonNode.Parse(row.Properties)!;
        foreach (var (name, token) in Tokens(properties))
        {
            properties["headers"]![name] = Convert.ToBase64String(sealer.Seal(Encoding.UTF8.GetBytes(token), row.Place));
        }

        return Copy(row, sealer.Seal(row.Body, row.Place), properties, isSealed: true);
    }

    /// <summary>Opens it.</summary>
    /// <returns>False when no key fits.</returns>
    public static bool TryOpen(DeadLetterRow row, ISealer sealer, [NotNullWhen(true)] out DeadLetterRow? open)
    {
        open = row;
        if (!row.Sealed)
        {
            return true;
        }

        open = null;
        var properties = JsonNode.Parse(row.Properties)!;
        if (!sealer.TryOpen(row.Body, row.Place, out var body))
        {
            return false;
        }

        foreach (var (name, token) in Tokens(properties))
        {
            if (!sealer.TryOpen(Convert.FromBase64String(token), row.Place, out var opened))
            {
                return false;
            }

            properties["headers"]![name] = Encoding.UTF8.GetString(opened);
        }

        open = Copy(row, body, properties, isSealed: false);
        return true;
    }

    /// <summary>True for a header that holds a token; names are read without regard to case.</summary>
    public static bool IsToken(string header) => header.Equals(Header, StringComparison.OrdinalIgnoreCase);

    private static List<(string Name, string Token)> Tokens(JsonNode properties) => properties["headers"] is JsonObject headers
        ? [.. headers.Where(header => IsToken(header.Key) && header.Value is JsonValue).Select(header => (header.Key, header.Value!.ToString()))]
        : [];

    private static DeadLetterRow Copy(DeadLetterRow row, byte[] body, JsonNode properties, bool isSealed) => new()
    {
        Id = row.Id,
        Queue = row.Queue,
        Reason = row.Reason,
        Detail = row.Detail,
        Body = body,
        Properties = properties.ToJsonString(WireJson.Options),
        Sealed = isSealed,
        FailedAt = row.FailedAt,
        ReplayedAt = row.ReplayedAt,
        DroppedAt = row.DroppedAt,
    };
}
