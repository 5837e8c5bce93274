using Capns.Contracts.Executions;
using Capns.Core.Versions;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Tools.Catalogue;

/// <summary>One version as the choice sees it.</summary>
internal sealed record VersionEntry(string Text, SemVersion Version, bool IsEnabled, bool Deprecated);

/// <summary>Chooses among a tool's versions: exact, range or <c>latest</c> (platform spec 5.10).</summary>
internal static class VersionChoice
{
    public const string Latest = "latest";

    /// <summary>The chosen version, or why there is none.</summary>
    /// <param name="tool">Slug, for the message.</param>
    /// <param name="versions">All versions of the tool.</param>
    /// <param name="wanted">Text of the request; null is <c>latest</c>.</param>
    public static (VersionEntry? Version, ErrorCode? Code, string Message) Choose(string tool, IReadOnlyList<VersionEntry> versions, string? wanted)
    {
        if (wanted is null or Latest)
        {
            return LatestOf(versions) is { } latest
                ? (latest, null, "")
                : (null, ErrorCodes.ToolDisabled, $"Every version of tool {Preview.Of(tool)} is disabled.");
        }

        if (SemVersion.TryParse(wanted, out _, out _))
        {
            return Exact(tool, versions, wanted);
        }

        if (!VersionRange.TryParse(wanted, out var range, out var error))
        {
            return (null, ErrorCodes.InvalidParameters, $"version must be a version, a range, e.g. ^1.2, or latest; {Preview.Of(wanted)} {error.Message}.");
        }

        var best = Highest(versions.Where(version => version.IsEnabled && range.Contains(version.Version)));
        return best is not null
            ? (best, null, "")
            : (null, ErrorCodes.VersionNotFound, $"Tool {Preview.Of(tool)} has no enabled version in range {Preview.Of(wanted)}; {Have(versions)}.");
    }

    /// <summary>The highest enabled version without pre-release part; while only pre-releases exist, the highest of them.</summary>
    public static VersionEntry? LatestOf(IEnumerable<VersionEntry> versions)
    {
        var enabled = versions.Where(version => version.IsEnabled).ToList();
        return Highest(enabled.Where(version => !version.Version.IsPrerelease)) ?? Highest(enabled);
    }

    /// <summary>Of versions that differ in build metadata only, the last by text: whoever chooses must choose the same, in whatever order they were read.</summary>
    private static VersionEntry? Highest(IEnumerable<VersionEntry> versions) =>
        versions.OrderByDescending(version => version.Version).ThenByDescending(version => version.Text, StringComparer.Ordinal).FirstOrDefault();

    private static (VersionEntry? Version, ErrorCode? Code, string Message) Exact(string tool, IReadOnlyList<VersionEntry> versions, string wanted)
    {
        var exact = versions.FirstOrDefault(version => version.Text == wanted);
        return exact switch
        {
            null => (null, ErrorCodes.VersionNotFound, $"Tool {Preview.Of(tool)} has no version {Preview.Of(wanted)}; {Have(versions)}."),
            { IsEnabled: false } => (null, ErrorCodes.ToolDisabled, $"Version {Preview.Of(wanted)} of tool {Preview.Of(tool)} is disabled."),
            _ => (exact, null, ""),
        };
    }

    private static string Have(IReadOnlyList<VersionEntry> versions)
    {
        const int Shown = 10;
        var enabled = versions.Where(version => version.IsEnabled).OrderByDescending(version => version.Version).Select(version => version.Text).ToList();
        return enabled.Count == 0 ? "it has none that is enabled"
            : $"it has {string.Join(", ", enabled.Take(Shown))}{(enabled.Count > Shown ? $" and {enabled.Count - Shown} more" : "")}";
    }
}
