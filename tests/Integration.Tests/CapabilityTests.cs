using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Testing;
using Xunit;

namespace Capns.Integration.Tests;

/// <summary>Requests that name a capability instead of a tool: a foreign client, two registries, one of which takes the requests.</summary>
public sealed class CapabilityTests
{
    private const string Wish = "cap:ext=png;in=\"media:bytes;image;png\";op=generate_thumbnail;out=\"media:bytes;image;png\"";

    private static readonly HttpClient Http = Platform.Administrator();

    /// <summary>The first registry serves HTTP and hears runners; it takes no requests.</summary>
    private static readonly Dictionary<string, string> NoRequests = new(StringComparer.Ordinal) { ["CONSUME_QUEUES"] = "capns.registry.run-reports" };

    [NodeFact]
    public async Task NodeClient_AsksByCap_TheSpecificThenTheGenericThenToldTheNearest()
    {
        await using var platform = await Platform.StartAsync(registry: NoRequests);
        var taking = await platform.AddAsync("Registry", 2);
        await using var service = await platform.ConnectAsync();

        var specific = await AskAsync(platform, 0);
        Assert.Equal("png-thumbnail", (string)specific["provider"]!);
        Assert.Equal(Wish, (string)specific["cap"]!);
        Assert.Equal("cap:ext=png;in=\"media:bytes;image;png\";op=generate_thumbnail;out=\"media:bytes;image;png;thumbnail\"", (string)specific["matchedCap"]!);
        Assert.Equal(2, (int)specific["result"]!["width"]!);

        await platform.Database.ExecuteAsync("UPDATE tools SET is_enabled = false WHERE slug = 'png-thumbnail'");
        await KnowsAsync(taking, "file-preview");
        var generic = await AskAsync(platform, 0);
        Assert.Equal("file-preview", (string)generic["provider"]!);
        Assert.Equal("cap:in=media:bytes;op=generate_thumbnail;out=\"media:bytes;image;png;thumbnail\"", (string)generic["matchedCap"]!);

        await platform.Database.ExecuteAsync("UPDATE tools SET is_enabled = false WHERE slug = 'file-preview'");
        await KnowsAsync(taking, null);
        var refused = await AskAsync(platform, 2);
        Assert.Equal(("tool.execution.failed", "CAP_NOT_FOUND"), ((string)refused["type"]!, (string)refused["code"]!));
        Assert.Matches("Tool png-thumbnail provides cap:.*, but it is disabled\\. The nearest is cap:.* of tool [a-z-]+; for it to accept, change 'op=generate_thumbnail' to 'op=", (string)refused["message"]!);
        // The client has its answer; this listener may get its own a moment later.
        await Eventually.TrueAsync(() => Heard(service).Any(heard => heard.Type == "tool.execution.failed"), "the failed event");
        AssertEchoed(service);
    }

    [NodeFact]
    public async Task NodeClient_MoreSpecificToolIsRegisteredAtOneInstance_TheOtherRunsItWithinASecond()
    {
        await using var platform = await Platform.StartAsync(registry: NoRequests);
        var taking = await platform.AddAsync("Registry", 2);
        await KnowsAsync(taking, "png-thumbnail");
        var definition = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "infra", "examples", "tools", "png-thumbnail.json")))!.AsObject();
        definition["id"] = "png-thumbnail-small";
        definition["name"] = "png-thumbnail-small";
        definition["capabilities"] = new JsonArray("cap:ext=png;in=\"media:bytes;image;png\";op=generate_thumbnail;out=\"media:bytes;image;png;thumbnail\";size=small");

        using var registered = await Http.PostAsJsonAsync(new Uri(platform.Registry.Address, "/api/v1/tools"), definition);

        Assert.True(registered.IsSuccessStatusCode, await registered.Content.ReadAsStringAsync());
        await KnowsAsync(taking, "png-thumbnail-small");
        Assert.Equal("png-thumbnail-small", (string)(await AskAsync(platform, 0))["provider"]!);
    }

    private static async Task<JsonNode> AskAsync(Platform platform, int expected)
    {
        var (code, output) = await NodePrograms.RunAsync(platform, "by-capability.js");
        Assert.True(code == expected, output);
        return JsonNode.Parse(output)!;
    }

    /// <summary>Waits until a change is known there; null: nobody provides it.</summary>
    private static async Task KnowsAsync(WorkerProcess registry, string? provider)
    {
        var path = new Uri(registry.Address, $"/api/v1/capabilities/resolve?cap={Uri.EscapeDataString(Wish)}");
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await Http.GetAsync(path);
                var body = await answer.Content.ReadFromJsonAsync<JsonNode>();
                return answer.IsSuccessStatusCode ? (string?)body!["best"]!["provider"] == provider : provider is null && (string?)body!["code"] == "CAP_NOT_FOUND";
            },
            $"{registry.Name} knows {provider ?? "nobody"}");
    }

    private static List<(string Type, JsonElement Data)> Heard(TestService service) =>
        [.. service.Heard.Select(document => (document.GetProperty("type").GetString()!, document.GetProperty("data")))];

    /// <summary>Every event of a request by capability says what was asked for, and by whom it was done.</summary>
    private static void AssertEchoed(TestService service)
    {
        var events = Heard(service);
        Assert.Equal(2, events.Count(heard => heard.Type == "tool.execution.completed"));
        Assert.Single(events, heard => heard.Type == "tool.execution.failed");
        Assert.All(events, heard => Assert.Equal(Wish, heard.Data.GetProperty("cap").GetString()));
        Assert.All(events.Where(heard => heard.Type != "tool.execution.failed"), heard =>
        {
            Assert.StartsWith("cap:", heard.Data.GetProperty("matchedCap").GetString(), StringComparison.Ordinal);
            Assert.Equal(heard.Data.GetProperty("toolName").GetString(), heard.Data.GetProperty("provider").GetString());
        });
    }
}
