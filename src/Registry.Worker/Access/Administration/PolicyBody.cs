using System.Globalization;
using Capns.Access.Rules;
using Capns.Contracts;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Reading;
using System.Text.Json;

namespace Capns.Registry.Worker.Access.Administration;

/// <summary>
/// A policy as callers write it (platform spec 8.3), checked field by field; unknown members of <c>match</c> are refused.
/// </summary>
/// <remarks>A member that is misspelt and ignored would fit everything: a deny would hit everybody, and an allow too.</remarks>
internal sealed record PolicyBody(
    string Name, bool Enabled, string Effect, PolicyMatch Match, string Reason, string[] Approvers, int? MinApprovals)
{
    private const int MaxItems = 100;
    private const int MaxReason = 500;
    private const int MaxApprovers = 10;

    private static readonly string[] Days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    public static PolicyBody Read(JsonFields fields)
    {
        fields.Require("name", "unique among policies");
        fields.Require("effect", "deny, require-approval or allow");
        fields.Require("match", "an object; {} fits everything");
        fields.Require("reason", "shown to whoever it stops");
        var effect = fields.Word("effect", Policy.Deny, Policy.RequireApproval, Policy.Allow);
        var (approvers, least) = (fields.Texts("approvers", MaxApprovers, AccessBody.MaxId), fields.Integer("minApprovals", 1, 2));
        if (effect is not null and not Policy.RequireApproval && (approvers is { Count: > 0 } || least is not null))
        {
            fields.Note(least is null ? "approvers" : "minApprovals", "dependentRequired",
                $"can be given only with effect {Policy.RequireApproval}; effect is {effect}");
        }

        return new PolicyBody(
            fields.Text("name", AccessBody.MaxId) ?? "",
            fields.Flag("enabled") ?? true,
            effect ?? "",
            fields.Fields("match") is { } match ? ReadMatch(match) : new PolicyMatch(),
            fields.Text("reason", MaxReason) ?? "",
            [.. approvers ?? []],
            least);
    }

    private static PolicyMatch ReadMatch(JsonFields fields)
    {
        var match = new PolicyMatch
        {
            Actions = Checked(fields, "actions", IsAction, "a permission, or the beginning of one and *"),
            Levels = Levels(fields),
            ToolIds = Texts(fields, "toolIds"),
            Tags = Texts(fields, "tags"),
            Categories = Texts(fields, "categories"),
            Subjects = fields.Fields("subjects") is { } subjects ? ReadSubjects(subjects) : null,
            Time = fields.Fields("time") is { } time ? ReadTime(time) : null,
        };
        fields.RefuseUnknown();
        return match;
    }

    private static PolicySubjects ReadSubjects(JsonFields fields)
    {
        var subjects = new PolicySubjects
        {
            Users = Texts(fields, "users"),
            Agents = Texts(fields, "agents"),
            Roles = Checked(fields, "roles", RolePermissions.Names.Contains, $"one of {string.Join(", ", RolePermissions.Names)}"),
            Projects = Texts(fields, "projects"),
        };
        fields.RefuseUnknown();
        return subjects;
    }

    private static PolicyTime ReadTime(JsonFields fields)
    {
        var zone = fields.Text("timezone", AccessBody.MaxId);
        if (zone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            fields.Note("timezone", "format", $"must be an IANA name such as Europe/Berlin; it is {Preview.Of(zone)}");
        }

        var time = new PolicyTime
        {
            Days = Checked(fields, "days", Days.Contains, $"one of {string.Join(", ", Days)}"),
            From = TimeOfDay(fields, "from"),
            To = TimeOfDay(fields, "to"),
            Timezone = zone,
        };
        fields.RefuseUnknown();
        return time;
    }

    private static TimeOnly? TimeOfDay(JsonFields fields, string name)
    {
        if (fields.Text(name, 8) is not { } text)
        {
            return null;
        }

        if (TimeOnly.TryParseExact(text, ["HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return time;
        }

        fields.Note(name, "format", $"must be a time of day such as 09:00; it is {Preview.Of(text)}");
        return null;
    }

    private static List<SecurityLevel>? Levels(JsonFields fields)
    {
        if (fields.Items("levels", MaxItems) is not { } items)
        {
            return null;
        }

        RefuseEmpty(fields, "levels", items.Count);
        var levels = new List<SecurityLevel>();
        for (var index = 0; index < items.Count; index++)
        {
            try
            {
                levels.Add(items[index].Deserialize<SecurityLevel>(WireJson.Options));
            }
            catch (JsonException)
            {
                fields.Note($"levels/{index}", "enum",
                    $"must be one of safe, moderate, restricted, dangerous; it is {Preview.Of(items[index])}");
            }
        }

        return levels;
    }

    private static IReadOnlyList<string>? Texts(JsonFields fields, string name) => Checked(fields, name, _ => true, "text");

    private static IReadOnlyList<string>? Checked(JsonFields fields, string name, Func<string, bool> fits, string expected)
    {
        if (fields.Texts(name, MaxItems, AccessBody.MaxId) is not { } texts)
        {
            return null;
        }

        RefuseEmpty(fields, name, texts.Count);
        if (texts.FirstOrDefault(text => !fits(text)) is { } bad)
        {
            fields.Note(name, "enum", $"must hold {expected}; it holds {Preview.Of(bad)}");
        }

        return texts;
    }

    /// <summary>A list that fits nothing would make a policy that looks like a rule and is none.</summary>
    private static void RefuseEmpty(JsonFields fields, string name, int count)
    {
        if (count == 0)
        {
            fields.Note(name, "minItems", "must hold something; left out it fits everything");
        }
    }

    private static bool IsAction(string text) => text == "*" || PermissionNames.IsWord(text)
        || (text.EndsWith(":*", StringComparison.Ordinal) && PermissionNames.IsWord(text[..^1] + "x"));
}
