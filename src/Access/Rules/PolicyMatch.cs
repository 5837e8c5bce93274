using Capns.Contracts;

namespace Capns.Access.Rules;

/// <summary>
/// Whom and what a policy is about: OR inside a list, AND between members; a missing member fits everything (platform spec 8.3).
/// </summary>
internal sealed record PolicyMatch
{
    /// <summary>Permissions; a <c>*</c> at the end stands for any rest.</summary>
    public IReadOnlyList<string>? Actions { get; init; }

    /// <summary>Levels at which a tool would run, or of what would be approved.</summary>
    public IReadOnlyList<SecurityLevel>? Levels { get; init; }

    /// <summary>Uuids or slugs.</summary>
    public IReadOnlyList<string>? ToolIds { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    public IReadOnlyList<string>? Categories { get; init; }

    public PolicySubjects? Subjects { get; init; }

    public PolicyTime? Time { get; init; }

    private static readonly SecurityLevel[] Named =
        [SecurityLevel.Safe, SecurityLevel.Moderate, SecurityLevel.Restricted, SecurityLevel.Dangerous];

    /// <summary>Whether it fits.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="question">What for.</param>
    /// <param name="now">When.</param>
    /// <param name="claimed">
    /// True: an agent or project that a request merely names counts too. For rules that take: a label can cost rights,
    /// and never give any.
    /// </param>
    public bool Fits(Caller caller, AccessQuestion question, DateTimeOffset now, bool claimed) =>
        In(Actions, action => IsAction(action, question.Action))
        && In(Levels, level => level == LevelOf(question))
        && In(ToolIds, id => question.Tool is { } tool
            && (string.Equals(id, tool.Id.ToString(), StringComparison.OrdinalIgnoreCase) || id == tool.Slug))
        && In(Tags, tag => question.Tool?.Tags.Contains(tag) == true)
        && In(Categories, category => category == question.Tool?.Category)
        && (Subjects?.Fits(caller, question, claimed) ?? true)
        && (Time?.Fits(now, otherwise: claimed) ?? true);

    internal static bool In<T>(IReadOnlyList<T>? list, Func<T, bool> fits) => list is null || list.Any(fits);

    private static bool IsAction(string pattern, string action) => pattern.EndsWith('*')
        ? action.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal)
        : pattern == action;

    private static SecurityLevel? LevelOf(AccessQuestion question) =>
        question.Tool?.Level
        ?? Named.Where(level => question.Action.EndsWith($":{PermissionNames.Word(level)}", StringComparison.Ordinal))
            .Select(level => (SecurityLevel?)level).FirstOrDefault();
}

/// <summary>Whom a policy is about.</summary>
internal sealed record PolicySubjects
{
    /// <summary>Users by id; service accounts as <c>service:&lt;name&gt;</c>.</summary>
    public IReadOnlyList<string>? Users { get; init; }

    public IReadOnlyList<string>? Agents { get; init; }

    public IReadOnlyList<string>? Roles { get; init; }

    public IReadOnlyList<string>? Projects { get; init; }

    public bool Fits(Caller caller, AccessQuestion question, bool claimed) =>
        PolicyMatch.In(Users, user => user == Name(caller))
        && PolicyMatch.In(Agents, agent => AccessAlgebra.IsAgent(caller, question, agent) || (claimed && agent == question.AgentId))
        && PolicyMatch.In(Roles, caller.Roles.Contains)
        && PolicyMatch.In(Projects, project => caller.Projects.Contains(project) || (claimed && project == question.ProjectId));

    private static string? Name(Caller caller) => caller.Kind switch
    {
        CallerKind.User => caller.Id,
        CallerKind.Service => $"service:{caller.Id}",
        _ => null,
    };
}

/// <summary>When a policy holds.</summary>
internal sealed record PolicyTime
{
    /// <summary><c>mon</c> … <c>sun</c>: the days on which the time of day begins. Absent: all.</summary>
    public IReadOnlyList<string>? Days { get; init; }

    /// <summary>Time of day, included. Absent: midnight.</summary>
    public TimeOnly? From { get; init; }

    /// <summary>Time of day, not included; before <see cref="From"/> it is the next day's. Absent: midnight.</summary>
    public TimeOnly? To { get; init; }

    /// <summary>IANA name. Absent: UTC.</summary>
    public string? Timezone { get; init; }

    /// <param name="now">When.</param>
    /// <param name="otherwise">
    /// The answer on a machine that does not know the time zone: what takes rights holds, what gives them does not.
    /// </param>
    public bool Fits(DateTimeOffset now, bool otherwise)
    {
        var zone = TimeZoneInfo.Utc;
        if (Timezone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(Timezone, out zone))
        {
            return otherwise;
        }

        var local = TimeZoneInfo.ConvertTime(now, zone);
        var (from, to, at) = (From ?? TimeOnly.MinValue, To ?? TimeOnly.MinValue, TimeOnly.FromTimeSpan(local.TimeOfDay));
        var overnight = to <= from;
        var inside = overnight ? at >= from || at < to : at >= from && at < to;
        var day = overnight && at < to ? local.AddDays(-1).DayOfWeek : local.DayOfWeek;
        return inside && PolicyMatch.In(Days, name => day.ToString().StartsWith(name, StringComparison.OrdinalIgnoreCase));
    }
}
