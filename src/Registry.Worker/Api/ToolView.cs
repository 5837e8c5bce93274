using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Tools.Catalogue;

namespace Capns.Registry.Worker.Api;

/// <summary>A tool as the API shows it: the definition with its read-only fields (platform spec 5.1).</summary>
internal static class ToolView
{
    /// <summary>The strong entity tag of a tool.</summary>
    public static string ETag(Tool row) => $"\"{row.RowVersion}\"";

    /// <summary>One version with the flags of now.</summary>
    public static JsonObject Of(ResolvedTool tool)
    {
        var row = tool.Row;
        var view = JsonSerializer.SerializeToNode(tool.Definition, WireJson.Options)!.AsObject();
        view["id"] = row.Id.ToString();
        view["slug"] = row.Slug;
        view["displayName"] = row.DisplayName;
        view["owner"] = row.Owner;
        view["author"] = row.Author;
        view["trust"] = row.Trust;
        view["isEnabled"] = row.IsEnabled;
        view["maintenanceStatus"] = row.ArchivedAt is null ? row.MaintenanceStatus : "archived";
        view["rateLimits"] = JsonSerializer.SerializeToNode(tool.Flags.RateLimits, WireJson.Options);
        view["approvers"] = JsonSerializer.SerializeToNode(tool.Flags.Approvers, WireJson.Options);
        view["latestVersion"] = row.Version;
        view["totalExecutions"] = row.TotalExecutions;
        view["successfulExecutions"] = row.SuccessfulExecutions;
        view["averageExecutionTime"] = row.AverageExecutionTime;
        view["reliabilityScore"] = row.TotalExecutions == 0 ? null : Math.Round((double)row.SuccessfulExecutions / row.TotalExecutions, 4);
        view["lastUsedAt"] = row.LastUsedAt is { } used ? JsonSerializer.SerializeToNode(used, WireJson.Options) : null;
        view["createdAt"] = JsonSerializer.SerializeToNode(row.CreatedAt, WireJson.Options);
        view["updatedAt"] = JsonSerializer.SerializeToNode(row.UpdatedAt, WireJson.Options);
        view["etag"] = ETag(row);
        return view;
    }
}
