using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Tests.Admission;

/// <summary>Makes odd requests out of good ones.</summary>
internal static class Mutations
{
    private static readonly string[] Names =
        [.. typeof(ToolExecutionRequest).GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)), "", "a/b", "~", "colour"];

    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1e300", "1E-300", "0.1", "2147483648", "99999999999999999999999999", "\"\"", "\"adder\"", "\"\\u0000\"", "\"\\ud83d\\ude00\"", "\"\\ud800\"",
        "\"0195561f-5a10-7c44-8b21-1a2b3c4d5e6f\"", "\"2026-03-02T09:15:00Z\"", "\"0001-01-01T00:00:00+14:00\"", "\"9999-12-31T23:59:59Z\"", "\"cap:\"", "\"^1\"", "\"high\"", "[]", "[[[]]]", "{}",
        "{\"a\":1}", "{\"a\":{\"a\":{}}}", "{\"maxAttempts\":3,\"retryOn\":[\"timeout\",5]}", "{\"token\":5}", "[{\"toolId\":null}]",
    ];

    /// <summary>The request with one to three members replaced, removed or added.</summary>
    public static string Of(JsonObject request, Random random)
    {
        // Text and not nodes: what stands there may be no valid Unicode, which nodes would not let through.
        var members = request.ToDictionary(member => member.Key, member => member.Value?.ToJsonString() ?? "null");
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            var name = Names[random.Next(Names.Length)];
            if (random.Next(4) == 0)
            {
                members.Remove(name);
            }
            else
            {
                members[name] = Values[random.Next(Values.Length)];
            }
        }

        return $"{{{string.Join(",", members.Select(member => $"{JsonSerializer.Serialize(member.Key)}:{member.Value}"))}}}";
    }
}
