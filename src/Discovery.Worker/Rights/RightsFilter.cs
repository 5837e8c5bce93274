using System.Security.Cryptography;
using System.Text;
using Capns.Access;
using Capns.Access.Rules;
using Capns.Contracts;
using Capns.Discovery.Worker.Catalogue;

namespace Capns.Discovery.Worker.Rights;

/// <summary>What one caller may run at one moment, for any number of tools (platform spec 8.2, 8.3). Thread-safe.</summary>
/// <remarks>A tool that no rule names by itself costs a look into an array: what goes for its level is decided once.</remarks>
internal sealed class RightsFilter
{
    private static readonly SecurityLevel[] Levels =
        [SecurityLevel.Safe, SecurityLevel.Moderate, SecurityLevel.Restricted, SecurityLevel.Dangerous];

    private readonly LevelRights[] _levels;
    private readonly Lazy<string> _fingerprint;

    /// <param name="caller">Who asks.</param>
    /// <param name="agentId">The agent that the request names.</param>
    /// <param name="rules">As they count now.</param>
    /// <param name="now">When.</param>
    /// <param name="isStale">See <see cref="IsStale"/>.</param>
    public RightsFilter(Caller caller, string? agentId, AccessSnapshot rules, DateTimeOffset now, bool isStale)
    {
        (Caller, IsStale) = (caller, isStale);
        _levels = [.. Levels.Select(level => new LevelRights(new Asking(caller, agentId, rules, now), level))];
        var reachable = _levels.LastOrDefault(level => level.GivesAny);
        HighestLevel = reachable?.Level ?? SecurityLevel.Unknown;
        _fingerprint = new Lazy<string>(() => Digest(_levels));
    }

    /// <summary>Who asks, after ids of the request's body were settled; without memberships of discussions.</summary>
    public Caller Caller { get; }

    /// <summary>True: the rules are the last ones that were read before PostgreSQL went away. Answers are marked degraded.</summary>
    public bool IsStale { get; }

    /// <summary>The highest level at which the caller may run some tool. <see cref="SecurityLevel.Unknown"/>: none at all.</summary>
    public SecurityLevel HighestLevel { get; }

    /// <summary>Equal only for callers who may run the same tools with the same approvals: 64 hex digits, for caches.</summary>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>Whether the caller may run a tool, if need be after people have approved it.</summary>
    public bool MayRun(CatalogueTool tool) => Effect(tool) != AccessEffect.Denied;

    /// <summary>Whether people must approve a run: the level, the tool itself or a policy asks for it (platform spec 5.3, 8.3).</summary>
    public bool AsksPeople(CatalogueTool tool) =>
        tool.RequiresApproval || tool.Level >= SecurityLevel.Restricted || Effect(tool) == AccessEffect.NeedsApproval;

    private AccessEffect Effect(CatalogueTool tool)
    {
        var index = (int)tool.Level - (int)Levels[0];
        return index >= 0 && index < _levels.Length ? _levels[index].Effect(tool) : AccessEffect.Denied;
    }

    private static string Digest(LevelRights[] levels)
    {
        var text = new StringBuilder();
        foreach (var level in levels)
        {
            level.Describe(text);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}

/// <summary>Who asks, and by which rules that is judged.</summary>
internal sealed record Asking(Caller Caller, string? AgentId, AccessSnapshot Rules, DateTimeOffset Now)
{
    /// <summary>Running a tool at its level.</summary>
    public AccessQuestion Question(ToolFacts tool) => new() { Action = PermissionNames.Run(tool.Level), Tool = tool, AgentId = AgentId };

    /// <summary>The answer of the rules' own algebra, with these policies.</summary>
    public AccessEffect Decide(ToolFacts tool, IReadOnlyList<PolicyRule> policies) =>
        AccessAlgebra.Decide(Caller, Question(tool), Rules.With(policies), Now).Effect;
}
