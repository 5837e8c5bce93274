namespace Capns.Discovery.Worker.Recommendations;

/// <summary>How a tool goes with one that is in use (platform spec 7.4, <c>assoc</c>).</summary>
/// <param name="Value">0 to 1, decayed.</param>
/// <param name="Type">Type of the relation, e.g. <c>USED_WITH</c>.</param>
/// <param name="Seed">The tool in use.</param>
/// <param name="Strength">Strength of the relation itself, 0 to 1.</param>
/// <param name="Observations">How often both were used together; 0 where that does not count.</param>
internal sealed record Association(double Value, string Type, Guid Seed, double Strength, long Observations);
