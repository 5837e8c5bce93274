namespace Capns.Discovery.Worker.Learning.Rules;

/// <summary>A tool in a session.</summary>
/// <param name="ToolId">The tool.</param>
/// <param name="At">When it was used last.</param>
/// <param name="Ran">False: named as a companion only; counted, but not in the window.</param>
internal sealed record SessionTool(Guid ToolId, DateTimeOffset At, bool Ran);

/// <summary>What is known of a session.</summary>
/// <param name="Tools">All tools that were counted in it.</param>
/// <param name="Pairs">The pairs of the tool in question that were counted in it.</param>
internal sealed record SessionState(IReadOnlyList<SessionTool> Tools, IReadOnlySet<ToolPair> Pairs);

/// <summary>What a use changes.</summary>
/// <param name="Restarted">The session had ended: what is known of it is forgotten first.</param>
/// <param name="FirstUses">Tools whose <c>session_count</c> grows by one.</param>
/// <param name="NewPairs">Pairs whose <c>frequency</c> grows by one.</param>
/// <param name="Written">The tools as they are in the session now.</param>
internal sealed record SessionChange(
    bool Restarted, IReadOnlyList<Guid> FirstUses, IReadOnlyList<ToolPair> NewPairs, IReadOnlyList<SessionTool> Written)
{
    public static SessionChange None { get; } = new(false, [], [], []);
}

/// <summary>Which tools were used together: sessions and their windows (platform spec 7.3, rule 3). Pure.</summary>
/// <remarks>
/// Reckoned by the times of the runs, not of their messages: what waited in a queue falls into the window it belongs to. A session ends
/// when nothing has happened in it for the length of a window.
/// </remarks>
internal static class SessionRule
{
    /// <summary>How far apart two runs may end and still be together; this included.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(30);

    /// <summary>Tools in a window, the one that runs now included: those used last.</summary>
    public const int MostTools = 20;

    /// <summary>The key of the session: the first that is given; the kind stands in front, so that no two kinds meet.</summary>
    /// <returns>Null when none is given: the run belongs to no session.</returns>
    public static string? Key(string? workflowRunId, string? discussionId, string? conversationId, string? sessionId, string? agentId) =>
        Of("workflow", workflowRunId) ?? Of("discussion", discussionId) ?? Of("conversation", conversationId) ?? Of("session", sessionId) ?? Of("agent", agentId);

    /// <summary>A tool has completed.</summary>
    public static SessionChange Completed(SessionState session, Guid tool, DateTimeOffset at)
    {
        var (state, restarted) = Open(session, at);
        var others = state.Tools
            .Where(other => other.Ran && other.ToolId != tool && (at - other.At).Duration() <= Window)
            .OrderByDescending(other => other.At).ThenBy(other => other.ToolId)
            .Take(MostTools - 1);
        var pairs = others.Select(other => ToolPair.Of(tool, other.ToolId)).Where(pair => !state.Pairs.Contains(pair)).ToList();
        var known = state.Tools.FirstOrDefault(other => other.ToolId == tool);
        return new SessionChange(restarted, known is null ? [tool] : [], pairs, [Used(known, tool, at, ran: true)]);
    }

    /// <summary>Somebody says that a tool was used with others: they count alike, but bring nobody else together.</summary>
    public static SessionChange Named(SessionState session, Guid tool, IReadOnlyCollection<Guid> companions, DateTimeOffset at)
    {
        var (state, restarted) = Open(session, at);
        var known = state.Tools.ToDictionary(other => other.ToolId);
        Guid[] all = [tool, .. companions.Where(other => other != tool).Distinct()];
        var pairs = all.Skip(1).Select(other => ToolPair.Of(tool, other)).Where(pair => !state.Pairs.Contains(pair)).ToList();
        return new SessionChange(
            restarted,
            [.. all.Where(one => !known.ContainsKey(one))],
            pairs,
            [.. all.Select(one => Used(known.GetValueOrDefault(one), one, at, ran: false))]);
    }

    private static (SessionState State, bool Restarted) Open(SessionState session, DateTimeOffset at) =>
        session.Tools.Count > 0 && at - session.Tools.Max(tool => tool.At) > Window
            ? (new SessionState([], new HashSet<ToolPair>()), true)
            : (session, false);

    // A run's place in the window is its own; being named does not move it.
    private static SessionTool Used(SessionTool? known, Guid tool, DateTimeOffset at, bool ran) => known switch
    {
        null => new SessionTool(tool, at, ran),
        { Ran: true } when !ran => known,
        { Ran: false } when ran => new SessionTool(tool, at, ran),
        _ => known with { At = known.At > at ? known.At : at },
    };

    private static string? Of(string kind, string? id) => string.IsNullOrEmpty(id) ? null : $"{kind}:{id}";
}
