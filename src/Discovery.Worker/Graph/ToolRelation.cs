namespace Capns.Discovery.Worker.Graph;

/// <summary>One relation between two tools. SIMILAR_TO and USED_WITH stand once, from the smaller id to the larger.</summary>
/// <param name="From">Uuid of the tool it starts at.</param>
/// <param name="Type">Its kind.</param>
/// <param name="To">Uuid of the tool it ends at, which may be unknown to the catalogue.</param>
/// <param name="Strength">0 to 1; the score of SIMILAR_TO, 1 for REQUIRES.</param>
/// <param name="Frequency">USED_WITH: sessions that used both. Else 0.</param>
/// <param name="Assoc">USED_WITH: 0 to 1 (platform spec 7.3, rule 3), not decayed. Else absent.</param>
/// <param name="Source"><c>definition</c>, <c>auto</c>, <c>learned</c> or <c>manual</c>.</param>
/// <param name="Reason">For people. Absent: none.</param>
/// <param name="LastUsed">USED_WITH: the last session, to the millisecond.</param>
/// <param name="VersionRange">REQUIRES: absent: any.</param>
internal sealed record ToolRelation(
    Guid From,
    RelationType Type,
    Guid To,
    double Strength,
    int Frequency,
    double? Assoc,
    string Source,
    string? Reason,
    DateTimeOffset? LastUsed,
    string? VersionRange)
{
    /// <summary>The tool at the other end; the same tool for a relation to itself.</summary>
    public Guid Other(Guid tool) => From == tool ? To : From;

    /// <summary>
    /// Strength as lists know it (platform spec 7.2): <c>assoc</c> for USED_WITH, else <see cref="Strength"/>. Not decayed.
    /// </summary>
    public double Weight => Type == RelationType.UsedWith ? Assoc ?? 0 : Strength;
}

/// <summary>What an agent has done with a tool (platform spec 7.3, rule 1).</summary>
/// <param name="ToolId">Uuid.</param>
/// <param name="Frequency">Counted runs; 1 or more.</param>
/// <param name="SuccessSum">Sum of how well each went; 0 to <paramref name="Frequency"/>.</param>
/// <param name="TotalExecutionTimeMs">Milliseconds over all runs.</param>
/// <param name="Ewma">0 to 1; the last runs count most.</param>
/// <param name="LastUsed">To the millisecond.</param>
/// <param name="ContextPatterns">Up to 20.</param>
internal sealed record AgentUse(
    Guid ToolId,
    int Frequency,
    double SuccessSum,
    long TotalExecutionTimeMs,
    double Ewma,
    DateTimeOffset LastUsed,
    IReadOnlyList<string> ContextPatterns);

/// <summary>A tool that served well in a context (platform spec 7.3, rule 6).</summary>
/// <param name="Pattern">The normalised topic.</param>
/// <param name="Keywords">Lower case, up to 10.</param>
/// <param name="ToolId">Uuid.</param>
/// <param name="N">Observations.</param>
/// <param name="S">Sum of how well each went.</param>
/// <param name="Strength">0 to 1, not decayed.</param>
/// <param name="UpdatedAt">The last observation, to the millisecond.</param>
internal sealed record ContextSuggestion(
    string Pattern, IReadOnlyList<string> Keywords, Guid ToolId, int N, double S, double Strength, DateTimeOffset UpdatedAt);
