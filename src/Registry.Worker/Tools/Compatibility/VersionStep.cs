using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Core.Versions;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;
using Capns.Registry.Worker.Tools.Registration;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Tools.Compatibility;

/// <summary>Holds a new version to its number: within one major number nobody who called the version before may fail (platform spec 5.10).</summary>
internal static class VersionStep
{
    /// <summary>Compares with the release before it of the same major number; pre-releases promise nothing.</summary>
    /// <returns>BREAKING_CHANGE with the list, or null.</returns>
    public static async Task<PublishResult?> CheckAsync(Tool row, ToolDefinition definition, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var number = SemVersion.Parse(definition.Version);
        var before = (await ToolCatalogue.VersionsAsync(row.Id, db, cancellationToken))
            .Where(known => !known.Version.IsPrerelease && known.Version.Major == number.Major && known.Version < number)
            .MaxBy(known => known.Version);
        if (before is null)
        {
            return null;
        }

        var text = await db.Set<ToolVersion>().AsNoTracking()
            .Where(version => version.ToolId == row.Id && version.Version == before.Text)
            .Select(version => version.Definition).SingleAsync(cancellationToken);
        var breaks = Compare(JsonSerializer.Deserialize<ToolDefinition>(text, WireJson.Options)!, definition);
        return breaks.Count == 0 ? null : PublishResult.Refused(
            ErrorCodes.BreakingChange,
            $"Callers of version {before.Text} would fail with {definition.Version}, and both have major number {number.Major}: {breaks[0].Message} Take {number.Major + 1}.0.0.",
            breaks);
    }

    /// <summary>What would break callers.</summary>
    /// <param name="before">The version they know.</param>
    /// <param name="after">The new one.</param>
    /// <returns>Paths are those of the new definition.</returns>
    public static IReadOnlyList<FieldError> Compare(ToolDefinition before, ToolDefinition after)
    {
        if (before.Operations.Count == 0 && after.Operations.Count == 0)
        {
            return BreakingChanges.Find(before.Parameters, after.Parameters, "/parameters");
        }

        var breaks = new List<FieldError>();
        if (before.Operations.Count == 0)
        {
            breaks.Add(new FieldError("/operations", "required", "operation is required now: the tool had no operations."));
        }

        foreach (var known in before.Operations)
        {
            var index = after.Operations.ToList().FindIndex(operation => operation.Id == known.Id);
            if (index < 0)
            {
                breaks.Add(new FieldError("/operations", "enum", $"Operation {Preview.Of(known.Id)} is removed."));
            }
            else
            {
                breaks.AddRange(BreakingChanges.Find(known.InputSchema, after.Operations[index].InputSchema, $"/operations/{index}/inputSchema"));
            }
        }

        return breaks;
    }
}
