using Capns.Core.Urns;

namespace Capns.Core.Media;

/// <content>What kind of data a media URN names (CapNs spec 3). A tag with <c>!</c> or <c>?</c> says nothing of the kind.</content>
public sealed partial class MediaUrn
{
    /// <summary>Has <c>bytes</c>. Older names such as <c>media:binary</c> have not: see CapNs spec 9.3.</summary>
    public bool IsBinary => Has("bytes");

    /// <summary>Has <c>textable</c>.</summary>
    public bool IsText => Has("textable");

    /// <summary>Has <c>json</c>.</summary>
    public bool IsJson => Has("json");

    /// <summary>Has <c>image</c>.</summary>
    public bool IsImage => Has("image");

    /// <summary>Has <c>audio</c>.</summary>
    public bool IsAudio => Has("audio");

    /// <summary>Has <c>video</c>.</summary>
    public bool IsVideo => Has("video");

    /// <summary>Has <c>numeric</c>.</summary>
    public bool IsNumeric => Has("numeric");

    /// <summary>Has <c>bool</c>.</summary>
    public bool IsBool => Has("bool");

    /// <summary>Has <c>void</c>: no data.</summary>
    public bool IsVoid => Has("void");

    /// <summary>Has <c>form=map</c>.</summary>
    public bool IsMap => HasTag("form", "map");

    /// <summary>Has <c>form=scalar</c>.</summary>
    public bool IsScalar => HasTag("form", "scalar");

    /// <summary>Has <c>form=list</c>.</summary>
    public bool IsList => HasTag("form", "list");

    /// <summary>A map or a list.</summary>
    public bool IsStructured => IsMap || IsList;

    /// <summary>Has the marker <c>file-path</c>.</summary>
    public bool IsFilePath => HasTag("file-path", "*");

    /// <summary>Has the marker <c>file-path-array</c>.</summary>
    public bool IsFilePathArray => HasTag("file-path-array", "*");

    /// <summary>One path or several.</summary>
    public bool IsAnyFilePath => IsFilePath || IsFilePathArray;

    /// <summary>Has the marker <c>collection</c>.</summary>
    public bool IsCollection => HasTag("collection", "*");

    /// <summary>Value of <c>ext</c>, the extension of files of this type; null when there is none.</summary>
    public string? Extension => GetTag("ext");

    private bool Has(string key) =>
        UrnTags.FindExactly(Tags, key) is >= 0 and var at && (Tags[at].Kind is UrnTagKind.Exact or UrnTagKind.MustHaveAny);
}
