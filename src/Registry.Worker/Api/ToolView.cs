using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Tools.Catalogue;

namespace Capns.Registry.Worker.Api;

/// <summary>A tool as the API shows it: the definition with its read-only fields (platform spec 5.1).</summary>
internal static class ToolView
{
    /// <summary>The strong entity tag of a tool.</summary>
    public static string ETag(Tool row) => Preconditions.Tag(row.RowVersion);

    /// <summary>One version with the flags of now.</summary>
    public static JsonObject Of(ResolvedTool tool) => Of(tool.Row, JsonSerializer.SerializeToNode(tool.Definition, WireJson.Options)!.AsObject());

    /// <summary>The same from what is stored.</summary>
    /// <param name="row">The tool.</param>
    /// <param name="definition">JSON of the version.</param>
    public static JsonObject Of(Tool row, string definition) => Of(row, JsonNode.Parse(definition)!.AsObject());

    private static JsonObject Of(Tool row, JsonObject view)
    {
        var flags = JsonSerializer.Deserialize<ToolFlags>(row.Config, WireJson.Options) ?? new ToolFlags();
        view["id"] = row.Id.ToString();
        view["slug"] = row.Slug;
        view["displayName"] = row.DisplayName;
        view["owner"] = row.Owner;
        view["author"] = row.Author;
        view["trust"] = row.Trust;
        view["isEnabled"] = row.IsEnabled;
        view["maintenanceStatus"] = row.ArchivedAt is null ? row.MaintenanceStatus : "archived";
        view["rateLimits"] = JsonSerializer.SerializeToNode(flags.RateLimits, WireJson.Options);
        view["approvers"] = JsonSerializer.SerializeToNode(flags.Approvers, WireJson.Options);
        view.Remove("minApprovals");
        if (flags.MinApprovals is { } number)
        {
            view["minApprovals"] = number;
        }

        view["latestVersion"] = row.Version;
        view["totalExecutions"] = row.TotalExecutions;
        view["successfulExecutions"] = row.SuccessfulExecutions;
        view["averageExecutionTime"] = row.AverageExecutionTime;
        Set(view, "reliabilityScore", row.TotalExecutions == 0 ? null : JsonValue.Create(Math.Round((double)row.SuccessfulExecutions / row.TotalExecutions, 4)));
        Set(view, "lastUsedAt", row.LastUsedAt is { } used ? JsonSerializer.SerializeToNode(used, WireJson.Options) : null);
        view["createdAt"] = JsonSerializer.SerializeToNode(row.CreatedAt, WireJson.Options);
        view["updatedAt"] = JsonSerializer.SerializeToNode(row.UpdatedAt, WireJson.Options);
        Set(view, "archivedAt", row.ArchivedAt is { } archived ? JsonSerializer.SerializeToNode(archived, WireJson.Options) : null);
        view["etag"] = ETag(row);
        return view;
    }

    private static void Set(JsonObject view, string name, JsonNode? value)
    {
        if (value is not null)
        {
            view[name] = value;
        }
    }
}
