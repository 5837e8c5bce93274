using Capns.Core.Media;

namespace Capns.Core.Caps.Rules;

/// <summary>Warns of media URNs that are the same and written differently.</summary>
/// <param name="findings">Where warnings go.</param>
/// <param name="rule">Which rule compares them as strings.</param>
internal sealed class Spellings(Findings findings, string rule)
{
    private readonly Dictionary<MediaUrn, string> _first = [];

    /// <summary>What is no media URN has no other spelling and is left to other rules.</summary>
    public void Add(string text, string path)
    {
        if (MediaUrn.TryParse(text, out var urn, out _) && !_first.TryAdd(urn, text) && _first[urn] is var other && other != text)
        {
            findings.Warn(rule, path, $"{rule}: '{other}' and '{text}' are two spellings of the same media URN");
        }
    }
}
