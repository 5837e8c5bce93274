using Capns.Core.Caps;
using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Dispatch;

/// <summary>A capability as a step from one type of data to another (CapNs spec 11.6).</summary>
/// <param name="Cap">The capability.</param>
/// <param name="RegistryName">Where it is registered.</param>
public sealed record CapGraphEdge(Cap Cap, string RegistryName)
{
    /// <summary>What it takes, as written.</summary>
    public string From => Cap.Urn.InSpec;

    /// <summary>What it gives, as written.</summary>
    public string To => Cap.Urn.OutSpec;

    /// <summary>The default score of the capability.</summary>
    public int Specificity => Cap.Urn.Specificity;

    internal static Func<CapGraphEdge, bool> Gives(string spec) =>
        spec == CapUrn.AnyDirection ? _ => true
        : MediaUrn.TryParse(spec, out var wish, out _) ? edge => edge.Cap.Urn.Output is not { } output || wish.Accepts(output)
        : _ => false;
}
