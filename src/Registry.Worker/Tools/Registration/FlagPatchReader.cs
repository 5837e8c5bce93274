using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;

namespace Capns.Registry.Worker.Tools.Registration;

/// <summary>Reads a merge patch (RFC 7396) of a tool's flags (platform spec 4.3, PATCH).</summary>
internal static class FlagPatchReader
{
    private static readonly string[] Removable = ["rateLimits", "approvers", "minApprovals"];

    /// <summary>Reads; null removes a member, which puts its default back.</summary>
    /// <param name="patch">What was sent.</param>
    /// <param name="row">The tool as it is: members of <c>rateLimits</c> are merged into what it has.</param>
    /// <param name="errors">All that was wrong; empty when the patch can be applied.</param>
    public static ToolFlagChange Read(JsonElement patch, Tool row, out IReadOnlyList<FieldError> errors)
    {
        var found = new List<FieldError>();
        errors = found;
        if (patch.ValueKind != JsonValueKind.Object)
        {
            found.Add(new FieldError("", "type", $"A patch must be an object; it is {Preview.Of(patch)}."));
            return new ToolFlagChange();
        }

        if (StorableJson.Check(patch) is { } unstorable)
        {
            found.Add(unstorable);
            return new ToolFlagChange();
        }

        foreach (var member in patch.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Null && !Removable.Contains(member.Name)))
        {
            found.Add(new FieldError($"/{Preview.Step(Preview.Cut(member.Name))}", "type", $"{Preview.Cut(member.Name)} cannot be removed: it must not be null."));
        }

        var limits = Merged(patch, row);
        var fields = new JsonFields(patch, "", found);
        var change = new ToolFlagChange
        {
            DisplayName = fields.Text("displayName", 255),
            Owner = fields.Text("owner", 255),
            Trust = fields.Word("trust", "trusted", "reviewed", "quarantine"),
            MaintenanceStatus = fields.Word("maintenanceStatus", "active", "maintenance", "deprecated"),
            Approvers = IsNull(patch, "approvers") ? [] : fields.Texts("approvers", 10, 128),
            MinApprovals = IsNull(patch, "minApprovals") ? 0 : fields.Integer("minApprovals", 1, 10),
            RateLimits = limits is { } merged ? DefinitionParts.RateLimits(new JsonFields(merged, "", found)) : null,
        };
        foreach (var name in Removable)
        {
            _ = fields.Any(name);
        }

        fields.RefuseUnknown();
        return change;
    }

    /// <summary><c>{rateLimits}</c> after the merge; null when the patch does not name it.</summary>
    private static JsonElement? Merged(JsonElement patch, Tool row)
    {
        if (!patch.TryGetProperty("rateLimits", out var given))
        {
            return null;
        }

        if (given.ValueKind == JsonValueKind.Null)
        {
            return JsonElement.Parse("{}");
        }

        if (given.ValueKind != JsonValueKind.Object)
        {
            return JsonSerializer.SerializeToElement(new { rateLimits = given });
        }

        var flags = JsonSerializer.Deserialize<ToolFlags>(row.Config, WireJson.Options) ?? new ToolFlags();
        var merged = JsonSerializer.SerializeToNode(flags.RateLimits, WireJson.Options)!.AsObject();
        foreach (var member in given.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
            {
                merged.Remove(member.Name);
            }
            else
            {
                merged[member.Name] = JsonNode.Parse(member.Value.GetRawText());
            }
        }

        return JsonSerializer.SerializeToElement(new JsonObject { ["rateLimits"] = merged });
    }

    private static bool IsNull(JsonElement patch, string name) => patch.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;
}
