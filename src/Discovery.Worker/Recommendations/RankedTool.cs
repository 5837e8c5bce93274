using Capns.Discovery.Worker.Catalogue;

namespace Capns.Discovery.Worker.Recommendations;

/// <summary>A tool of an answer, and why it is there.</summary>
/// <param name="Place">Its place in the catalogue.</param>
/// <param name="Tool">The tool.</param>
/// <param name="Score">0 to 1, 4 digits.</param>
/// <param name="Parts">What the score is made of.</param>
/// <param name="Confidence">0 to 1, 4 digits.</param>
/// <param name="Reason">A sentence for the part with the largest weighted share.</param>
/// <param name="Association">The strongest relation to a tool in use. Absent: none.</param>
internal sealed record RankedTool(
    int Place, CatalogueTool Tool, double Score, ScoreParts Parts, double Confidence, string Reason, Association? Association);
