using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts.Json;
using Capns.Core.Validation;
using Capns.Hosting.Secrets;

namespace Capns.Registry.Worker.Persistence.DeadLetters;

/// <summary>A dead letter's body as people may see it: without parameters, logins, and what repeats them. Pure.</summary>
/// <remarks>Which parameters are secret is not known here: their tool may be what was wrong. So none is shown.</remarks>
internal static class DeadLetterPreview
{
    /// <summary>Largest body that is shown, in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Shorter values of parameters are found elsewhere by chance.</summary>
    private const int ShortestRepeat = 6;

    private static readonly string[] Hidden = ["parameters", "auth", "authorization", "token", "password", "secret", "apiKey"];

    /// <summary>Null where it is no text, too large, or nobody can say where in it the parameters end.</summary>
    public static string? Of(byte[] body)
    {
        if (body.Length > MaxBytes || Text(body) is not { } text)
        {
            return null;
        }

        try
        {
            var values = new List<JsonElement>();
            var shown = Without(JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = WireJson.MaxDepth }), values);
            return shown is null ? text
                : Redactor.For(values).Redact(JsonSerializer.SerializeToElement(shown, WireJson.Options)).GetRawText();
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            // No JSON, or with a member twice.
            return Hidden.Any(name => text.Contains(name, StringComparison.OrdinalIgnoreCase)) ? null : Redactor.Patterns.Redact(text);
        }
    }

    private static JsonNode? Without(JsonNode? node, List<JsonElement> values)
    {
        if (node is JsonObject members)
        {
            foreach (var (name, value) in members.ToList())
            {
                if (Hidden.Contains(name, StringComparer.OrdinalIgnoreCase))
                {
                    Collect(value, values);
                    members[name] = SecretFields.Redacted;
                }
                else
                {
                    Without(value, values);
                }
            }
        }
        else if (node is JsonArray items)
        {
            foreach (var item in items)
            {
                Without(item, values);
            }
        }

        return node;
    }

    private static void Collect(JsonNode? node, List<JsonElement> values)
    {
        foreach (var child in node switch { JsonObject members => members.Select(member => member.Value), JsonArray items => items, _ => [] })
        {
            Collect(child, values);
        }

        if (node is JsonValue value && value.ToString().Length >= ShortestRepeat)
        {
            values.Add(JsonSerializer.SerializeToElement(value, WireJson.Options));
        }
    }

    private static string? Text(byte[] body)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(body);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
