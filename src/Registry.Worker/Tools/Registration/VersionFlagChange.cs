using System.Text.Json;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Catalogue;

namespace Capns.Registry.Worker.Tools.Registration;

/// <summary>The flags of one version, the only thing of it that may change (platform spec 4.3, 5.10). Absent: stays.</summary>
internal sealed record VersionFlagChange
{
    public bool? IsEnabled { get; init; }

    public bool? Deprecated { get; init; }

    /// <summary>Up to 1,000 characters; only with <see cref="Deprecated"/> true or on a version that is deprecated.</summary>
    public string? DeprecationMessage { get; init; }

    /// <summary>Reads <c>{isEnabled?, deprecated?, deprecationMessage?}</c>.</summary>
    /// <param name="body">What was sent.</param>
    /// <param name="errors">All that was wrong.</param>
    public static VersionFlagChange Read(JsonElement body, out IReadOnlyList<FieldError> errors)
    {
        var found = new List<FieldError>();
        errors = found;
        if (body.ValueKind != JsonValueKind.Object)
        {
            found.Add(new FieldError("", "type", $"The body must be an object; it is {Preview.Of(body)}."));
            return new VersionFlagChange();
        }

        if (StorableJson.Check(body) is { } unstorable)
        {
            found.Add(unstorable);
            return new VersionFlagChange();
        }

        var fields = new JsonFields(body, "", found);
        var change = new VersionFlagChange { IsEnabled = fields.Flag("isEnabled"), Deprecated = fields.Flag("deprecated"), DeprecationMessage = fields.Text("deprecationMessage", 1000) };
        fields.RefuseUnknown();
        if (change.Deprecated == false && change.DeprecationMessage is not null)
        {
            fields.Note("deprecationMessage", "not", "cannot be given when deprecated is false");
        }

        return change;
    }

    /// <summary>Writes them into the row.</summary>
    /// <returns>Names of the members that changed.</returns>
    public IReadOnlyList<string> Apply(ToolVersion row, DateTimeOffset now)
    {
        var changes = new List<string>();
        if (IsEnabled is { } enabled && enabled != row.IsEnabled)
        {
            row.IsEnabled = enabled;
            changes.Add("isEnabled");
        }

        if (Deprecated is { } deprecated && deprecated != (row.DeprecatedAt is not null))
        {
            row.DeprecatedAt = deprecated ? now : null;
            row.DeprecationMessage = deprecated ? row.DeprecationMessage : null;
            changes.Add("deprecated");
        }

        if (DeprecationMessage is not null && DeprecationMessage != row.DeprecationMessage && row.DeprecatedAt is not null)
        {
            row.DeprecationMessage = DeprecationMessage;
            changes.Add("deprecationMessage");
        }

        return changes;
    }
}
