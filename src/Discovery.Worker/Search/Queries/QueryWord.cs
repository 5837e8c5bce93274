namespace Capns.Discovery.Worker.Search.Queries;

/// <summary>A word of a query and all that may stand for it in a tool.</summary>
/// <param name="Text">As it was typed, folded.</param>
/// <param name="Weight">1; less for a word that stands in any request.</param>
/// <param name="Order">Greater than that of the words that come before it, see <see cref="WordOrder"/>.</param>
/// <param name="Alternatives">The best first; empty when nothing like it stands in any tool.</param>
internal sealed record QueryWord(string Text, float Weight, int Order, IReadOnlyList<Alternative> Alternatives);

/// <summary>A term that stands for a word of a query.</summary>
/// <param name="Term">The term.</param>
/// <param name="Weight">Above 0, at most 1: how surely it is meant.</param>
/// <param name="Kind">Why it stands for the word.</param>
/// <param name="Count">In how many tools it stands; above 0.</param>
/// <param name="Places">Where it is in each segment; below 0 where it is not.</param>
internal sealed record Alternative(string Term, float Weight, MatchKind Kind, int Count, int[] Places);
