using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;

namespace Capns.Registry.Worker.Tools.Registration;

/// <summary>A version as a definition document that can be registered elsewhere (platform spec 2.2, O47).</summary>
internal static class DefinitionText
{
    /// <summary>The content of the version with the flags of now. Its <c>id</c> is the slug: a uuid means something in one installation only.</summary>
    /// <param name="row">The tool.</param>
    /// <param name="definition">The version, as it is stored.</param>
    /// <param name="slugs">Slugs of tools by uuid, for what it depends on.</param>
    public static JsonObject Of(Tool row, ToolDefinition definition, IReadOnlyDictionary<string, string> slugs)
    {
        var flags = JsonSerializer.Deserialize<ToolFlags>(row.Config, WireJson.Options) ?? new ToolFlags();
        var document = JsonSerializer.SerializeToNode(
            definition with
            {
                Id = row.Slug,
                DisplayName = row.DisplayName,
                Owner = row.Owner,
                Author = row.Author,
                Trust = row.Trust,
                IsEnabled = row.IsEnabled,
                MaintenanceStatus = row.MaintenanceStatus == "archived" ? "active" : row.MaintenanceStatus,
                RateLimits = flags.RateLimits,
                Approvers = flags.Approvers,
                MinApprovals = flags.MinApprovals,
                Dependencies = [.. definition.Dependencies.Select(needed => needed with { ToolId = slugs.GetValueOrDefault(needed.ToolId, needed.ToolId) })],
            },
            WireJson.Options)!.AsObject();

        // Each type of executor has members of its own, and a definition is refused for the others.
        var executor = document["executor"]!.AsObject();
        if (definition.Executor.Type == "builtin")
        {
            executor.Remove("command");
            executor.Remove("env");
        }

        return document;
    }
}
