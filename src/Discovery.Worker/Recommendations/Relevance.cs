namespace Capns.Discovery.Worker.Recommendations;

/// <summary>How well a tool fits the words or the topic (platform spec 7.4, <c>rel</c>).</summary>
/// <param name="Value">0 to 1.</param>
/// <param name="Reason">A sentence for people. Absent: its words, which the question can explain.</param>
/// <param name="Observations">Feedback that speaks for it; 0 when the words alone do.</param>
internal readonly record struct Relevance(double Value, string? Reason, long Observations);
