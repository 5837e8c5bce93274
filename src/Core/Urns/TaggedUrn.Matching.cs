using Capns.Core.Matching;

namespace Capns.Core.Urns;

/// <content>Matching and specificity (CapNs spec 2).</content>
public sealed partial class TaggedUrn
{
    /// <summary>Sum over the tags: exact 3, <c>*</c> 2, <c>!</c> 1, <c>?</c> 0.</summary>
    public int Specificity => SpecificityTuple.Sum;

    /// <summary>How many tags of each kind there are.</summary>
    public SpecificityTuple SpecificityTuple => SpecificityTuple.Of(_tags);

    /// <summary>True when <paramref name="instance"/> meets every constraint of this pattern.</summary>
    /// <exception cref="UrnException">Code 11: the prefixes differ.</exception>
    public bool Accepts(TaggedUrn instance)
    {
        RequirePrefix(instance);
        return TagMatching.Accepts(_tags, instance._tags);
    }

    /// <summary>True when this instance meets every constraint of <paramref name="pattern"/>.</summary>
    /// <exception cref="UrnException">Code 11: the prefixes differ.</exception>
    public bool ConformsTo(TaggedUrn pattern) => pattern.Accepts(this);

    /// <summary>True when some instance could meet the constraints of both. Symmetric.</summary>
    /// <exception cref="UrnException">Code 11: the prefixes differ.</exception>
    public bool IsCompatibleWith(TaggedUrn other)
    {
        RequirePrefix(other);
        return TagMatching.AreCompatible(_tags, other._tags);
    }

    /// <summary>True when both are compatible and this has the greater <see cref="Specificity"/>.</summary>
    /// <exception cref="UrnException">Code 11: the prefixes differ.</exception>
    public bool IsMoreSpecificThan(TaggedUrn other) => IsCompatibleWith(other) && Specificity > other.Specificity;
}
