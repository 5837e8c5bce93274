using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Messaging.Topology;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Tools.Registration;

/// <summary>The flags of a tool, as they may change without a new version (platform spec 4.3: PUT with the same version, PATCH). Absent: stays.</summary>
internal sealed record ToolFlagChange
{
    public string? DisplayName { get; init; }

    public string? Owner { get; init; }

    public string? Trust { get; init; }

    public string? MaintenanceStatus { get; init; }

    public bool? IsEnabled { get; init; }

    public ToolRateLimits? RateLimits { get; init; }

    public IReadOnlyList<string>? Approvers { get; init; }

    /// <summary>0 takes it away: then the level says it.</summary>
    public int? MinApprovals { get; init; }

    /// <summary>All flags of a definition.</summary>
    public static ToolFlagChange Of(ToolDefinition definition) => new()
    {
        DisplayName = definition.DisplayName,
        Owner = definition.Owner,
        Trust = definition.Trust,
        MaintenanceStatus = definition.MaintenanceStatus,
        IsEnabled = definition.IsEnabled,
        RateLimits = definition.RateLimits,
        Approvers = definition.Approvers,
        MinApprovals = definition.MinApprovals ?? 0,
    };

    /// <summary>Writes the flags into the row.</summary>
    /// <param name="row">Tracked; the catalogue is locked.</param>
    /// <param name="edit">Says what has changed.</param>
    /// <returns>Changed, Unchanged, or DUPLICATE_TOOL when the new owner has a tool of this name.</returns>
    public async Task<PublishResult> ApplyAsync(Tool row, CatalogueEdit edit)
    {
        if (Owner is { } owner && owner != row.Owner
            && await edit.Db.Set<Tool>().AnyAsync(tool => tool.Id != row.Id && tool.Owner == owner && tool.Name == row.Name && tool.ArchivedAt == null, edit.CancellationToken))
        {
            return PublishResult.Refused(ErrorCodes.DuplicateTool, $"Owner {Preview.Of(owner)} has a tool with name {Preview.Of(row.Name)} already.");
        }

        var changes = new List<string>();
        Set(changes, "displayName", row.DisplayName, DisplayName, value => row.DisplayName = value);
        Set(changes, "owner", row.Owner, Owner, value => row.Owner = value);
        Set(changes, "trust", row.Trust, Trust, value => row.Trust = value);
        var (statusBefore, enabledBefore) = (row.MaintenanceStatus, row.IsEnabled);
        Set(changes, "maintenanceStatus", row.MaintenanceStatus, MaintenanceStatus, value => row.MaintenanceStatus = value);
        if (IsEnabled is { } enabled && enabled != row.IsEnabled)
        {
            row.IsEnabled = enabled;
            changes.Add("isEnabled");
        }

        ApplyConfig(row, changes);
        if (changes.Count == 0)
        {
            return PublishResult.Done(PublishKind.Unchanged, row.Id, row.Slug);
        }

        row.RowVersion++;
        row.UpdatedAt = edit.Now;
        Say(row, edit, changes, deprecated: statusBefore != row.MaintenanceStatus && row.MaintenanceStatus == "deprecated", switched: enabledBefore != row.IsEnabled);
        return PublishResult.Done(PublishKind.Changed, row.Id, row.Slug);
    }

    /// <summary>One event for each kind of change: who follows only one of them misses nothing.</summary>
    private static void Say(Tool row, CatalogueEdit edit, List<string> changes, bool deprecated, bool switched)
    {
        if (switched)
        {
            var (name, action) = row.IsEnabled ? (EventNames.ToolEnabled, "tool.enable") : (EventNames.ToolDisabled, "tool.disable");
            edit.Say(name, action, row, changes: ["isEnabled"]);
            changes.Remove("isEnabled");
        }

        if (deprecated)
        {
            edit.Say(EventNames.ToolDeprecated, "tool.deprecate", row, changes: ["maintenanceStatus"]);
            changes.Remove("maintenanceStatus");
        }

        if (changes.Count > 0)
        {
            edit.Say(EventNames.ToolUpdated, "tool.update", row, changes: changes);
        }
    }

    private void ApplyConfig(Tool row, List<string> changes)
    {
        var flags = JsonSerializer.Deserialize<ToolFlags>(row.Config, WireJson.Options) ?? new ToolFlags();
        var wanted = flags with
        {
            RateLimits = RateLimits ?? flags.RateLimits,
            Approvers = Approvers ?? flags.Approvers,
            MinApprovals = MinApprovals switch { null => flags.MinApprovals, 0 => null, var number => number },
        };
        if (wanted.RateLimits != flags.RateLimits)
        {
            changes.Add("rateLimits");
        }

        if (!wanted.Approvers.SequenceEqual(flags.Approvers))
        {
            changes.Add("approvers");
        }

        if (wanted.MinApprovals != flags.MinApprovals)
        {
            changes.Add("minApprovals");
        }

        row.Config = JsonSerializer.Serialize(wanted, WireJson.Options);
    }

    private static void Set(List<string> changes, string name, string before, string? wanted, Action<string> set)
    {
        if (wanted is not null && wanted != before)
        {
            set(wanted);
            changes.Add(name);
        }
    }
}
