namespace Capns.Core.Matching;

/// <summary>How <c>?</c> and <c>!</c> on the tags of capability URNs are read, apart from the directions (CapNs spec 5.2, D1).</summary>
public enum SpecialValueMode
{
    /// <summary>As text like any other. The default.</summary>
    Reference,

    /// <summary>As the documents of the reference have it, in the six cases in which both sides have the tag and the answers differ.</summary>
    Documented,
}
