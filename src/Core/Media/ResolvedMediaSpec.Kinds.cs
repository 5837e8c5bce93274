namespace Capns.Core.Media;

/// <content>
/// What kind of data it is (CapNs spec 9.3): the tags of the URN say. A URN with neither <c>bytes</c> nor <c>textable</c>, as
/// the older ids have, leaves it to the MIME type.
/// </content>
public sealed partial record ResolvedMediaSpec
{
    /// <summary>Bytes that are no text. Never true for <see cref="IsVoid"/>, whose MIME type <c>application/x-void</c> would say so.</summary>
    public bool IsBinary => Urn is { IsBinary: true } || (FollowsMime && !IsVoid && MimeKinds.IsBinary(MediaType));

    /// <summary>Text.</summary>
    public bool IsText => Urn is { IsText: true } || (FollowsMime && MimeKinds.IsOf(MediaType, "text/"));

    /// <summary>JSON.</summary>
    public bool IsJson => Urn is { IsJson: true } || (FollowsMime && MimeKinds.IsJson(MediaType));

    /// <summary>A map or a list, travelling as JSON.</summary>
    public bool IsStructured => IsMap || IsList || (FollowsMime && MimeKinds.IsJson(MediaType));

    /// <summary>An image.</summary>
    public bool IsImage => Urn is { IsImage: true } || (FollowsMime && MimeKinds.IsOf(MediaType, "image/"));

    /// <summary>Sound.</summary>
    public bool IsAudio => Urn is { IsAudio: true } || (FollowsMime && MimeKinds.IsOf(MediaType, "audio/"));

    /// <summary>Moving pictures.</summary>
    public bool IsVideo => Urn is { IsVideo: true } || (FollowsMime && MimeKinds.IsOf(MediaType, "video/"));

    /// <summary>A map, by its tag.</summary>
    public bool IsMap => Urn is { IsMap: true };

    /// <summary>A single value, by its tag.</summary>
    public bool IsScalar => Urn is { IsScalar: true };

    /// <summary>A list, by its tag.</summary>
    public bool IsList => Urn is { IsList: true };

    /// <summary>A number, by its tag.</summary>
    public bool IsNumeric => Urn is { IsNumeric: true };

    /// <summary>True or false, by its tag.</summary>
    public bool IsBool => Urn is { IsBool: true };

    /// <summary>No data, by its tag.</summary>
    public bool IsVoid => Urn is { IsVoid: true };

    private bool FollowsMime => Urn is null || (Urn.GetTag("bytes") is null && Urn.GetTag("textable") is null);
}
