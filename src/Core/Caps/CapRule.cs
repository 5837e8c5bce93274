namespace Capns.Core.Caps;

/// <summary>Names of the rules that a definition can break (CapNs spec 8). They never change.</summary>
public static class CapRule
{
    /// <summary>The JSON has another shape than CapNs spec 7.1.</summary>
    public const string Structure = "STRUCT";

    /// <summary><c>in</c> or <c>out</c> is missing.</summary>
    public const string DirectionMissing = "CU1";

    /// <summary><c>in</c> or <c>out</c> is neither a media URN nor <c>*</c>.</summary>
    public const string DirectionInvalid = "CU2";

    /// <summary>Two arguments have the same media URN.</summary>
    public const string DuplicateArgument = "RULE1";

    /// <summary>An argument has no source.</summary>
    public const string NoSources = "RULE2";

    /// <summary>Two stdin sources expect different things.</summary>
    public const string DifferentStdin = "RULE3";

    /// <summary>An argument has two sources of one type.</summary>
    public const string DuplicateSourceType = "RULE4";

    /// <summary>Two arguments have the same position.</summary>
    public const string DuplicatePosition = "RULE5";

    /// <summary>The positions are not 0, 1, 2 and so on.</summary>
    public const string PositionGap = "RULE6";

    /// <summary>An argument has a position and a flag.</summary>
    public const string PositionAndFlag = "RULE7";

    /// <summary>A source has an unknown member, or several.</summary>
    public const string UnknownSourceKeys = "RULE8";

    /// <summary>Two arguments have the same flag.</summary>
    public const string DuplicateFlag = "RULE9";

    /// <summary>A flag is one that every plugin has for itself.</summary>
    public const string ReservedFlag = "RULE10";

    /// <summary>An argument has a <c>name</c>; its media URN is its identity.</summary>
    public const string NamedArgument = "RULE12";

    /// <summary>A required argument has a default value.</summary>
    public const string RequiredDefault = "REQUIRED_DEFAULT";

    /// <summary>A standalone media spec has no title.</summary>
    public const string SpecTitleMissing = "MS1";

    /// <summary>The URN of a media spec is no media URN.</summary>
    public const string SpecUrnInvalid = "MS2";

    /// <summary>A media spec has no media type.</summary>
    public const string SpecTypeMissing = "MS3";

    /// <summary>Two inline media specs of one capability have the same URN.</summary>
    public const string DuplicateInlineSpec = "MEDIA_DUPLICATE";

    /// <summary>Two capabilities of a catalogue have the same URN.</summary>
    public const string DuplicateCap = "XV1";

    /// <summary>Two standalone media specs of a catalogue have the same URN.</summary>
    public const string DuplicateSpec = "XV2";

    /// <summary>A media URN stands for nothing known.</summary>
    public const string UnresolvedMediaUrn = "XV3";

    /// <summary>An inline media spec has no title.</summary>
    public const string InlineTitleMissing = "XV4";

    /// <summary>An inline media spec defines what the registry has defined.</summary>
    public const string SpecRedefined = "XV5";
}
