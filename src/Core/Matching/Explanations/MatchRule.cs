namespace Capns.Core.Matching.Explanations;

/// <summary>The rule by which one part of a capability and a request was compared (CapNs spec 2, 5.1 and 5.2).</summary>
public enum MatchRule
{
    /// <summary>A direction is <c>*</c> on one side: it is not compared.</summary>
    AnyDirection,

    /// <summary>Both directions are media URNs: every tag of the pattern must be met.</summary>
    EveryTagOfThePattern,

    /// <summary>Only the instance has the tag: the pattern does not ask for it.</summary>
    NotAskedFor,

    /// <summary>The pattern has <c>?</c>: anything is right.</summary>
    PatternIsOpen,

    /// <summary>The instance has <c>?</c>: it meets anything.</summary>
    InstanceIsOpen,

    /// <summary>The pattern has <c>!</c>: the instance must not have the tag.</summary>
    MustBeAbsent,

    /// <summary>The pattern asks for a tag that the instance does not have.</summary>
    InstanceLacksIt,

    /// <summary>The pattern asks for a tag that the instance excludes with <c>!</c>.</summary>
    InstanceExcludesIt,

    /// <summary>One side has <c>*</c>: any value is right.</summary>
    AnyValue,

    /// <summary>Both have a value; the two must be equal, with case.</summary>
    EqualValues,

    /// <summary>The capability does not have the request's tag, which it then does not constrain (D2).</summary>
    ImplicitWildcard,

    /// <summary>
    /// <c>?</c> or <c>!</c> on one side of a tag that is no direction, read as a special value
    /// (<see cref="SpecialValueMode.Documented"/>, D1).
    /// </summary>
    DocumentedSpecialValue,
}
