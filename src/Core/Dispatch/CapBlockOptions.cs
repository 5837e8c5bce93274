using Capns.Core.Caps.Validation;
using Capns.Core.Matching;
using Capns.Core.Media;

namespace Capns.Core.Dispatch;

/// <summary>How a block reads requests and chooses. Immutable.</summary>
public sealed record CapBlockOptions
{
    /// <summary>
    /// How the best is chosen, whatever the matrices do when asked by themselves. Default: <see cref="SelectionPolicy.Default"/>.
    /// </summary>
    public SelectionPolicy Policy { get; init; } = SelectionPolicy.Default;

    /// <summary>
    /// Whether a request given as text may leave out <c>in</c> or <c>out</c>, which then is <c>*</c> (CapNs spec 4.1, D10).
    /// Default: false, it is refused.
    /// </summary>
    public bool FillsMissingDirections { get; init; }

    /// <summary>Tells callers what media URNs stand for (D22). Default: the built-in ones.</summary>
    public IMediaSpecSource MediaSpecs { get; init; } = BuiltinMediaSpecs.Instance;

    /// <summary>Checks the values of classic calls. Default: one that asks <see cref="MediaSpecs"/>, with the embedded profiles.</summary>
    public CallValidator? Validator { get; init; }
}
