using Capns.Core.Urns;

namespace Capns.Discovery.Worker.Search.Capabilities;

/// <summary>The capability by which a tool answers a request.</summary>
/// <param name="Urn">Its canonical text is <c>matchedCap</c> (platform spec 3.21).</param>
/// <param name="Specificity">Its score (CapNs spec 6.1, reference).</param>
/// <param name="Position">Where it stands among the tool's capability URNs, from 0.</param>
internal readonly record struct MatchedCap(CapUrn Urn, int Specificity, int Position)
{
    /// <summary>True when it is chosen before another of the same tool.</summary>
    public bool IsBetterThan(MatchedCap other) =>
        Specificity != other.Specificity ? Specificity > other.Specificity : Position < other.Position;
}
