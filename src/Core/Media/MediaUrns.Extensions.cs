using Capns.Core.Urns;

namespace Capns.Core.Media;

/// <content>Media URNs for the extensions of files.</content>
public static partial class MediaUrns
{
    private static readonly MediaUrn AnyBinary = MediaUrn.Parse("media:binary");
    private static readonly MediaUrn AnyText = MediaUrn.Parse("media:textable");
    private static readonly MediaUrn AnyImage = MediaUrn.Parse("media:bytes;image");
    private static readonly MediaUrn AnyAudio = MediaUrn.Parse("media:audio;bytes");

    /// <summary>
    /// <c>media:binary;ext=…</c> (CapNs spec 3). It has no tag <c>bytes</c>: <see cref="MediaUrn.IsBinary"/> is false, and
    /// <see cref="Binary"/> does not accept it.
    /// </summary>
    /// <param name="extension">Without dot; lower-cased.</param>
    /// <exception cref="UrnException">Code 2: it is empty.</exception>
    public static MediaUrn BinaryWith(string extension) => With(AnyBinary, extension);

    /// <summary><c>media:ext=…;textable</c> (CapNs spec 3).</summary>
    /// <inheritdoc cref="BinaryWith" path="/param|/exception" />
    public static MediaUrn TextWith(string extension) => With(AnyText, extension);

    /// <summary><c>media:bytes;ext=…;image</c> (CapNs spec 3).</summary>
    /// <inheritdoc cref="BinaryWith" path="/param|/exception" />
    public static MediaUrn ImageWith(string extension) => With(AnyImage, extension);

    /// <summary><c>media:audio;bytes;ext=…</c> (CapNs spec 3).</summary>
    /// <inheritdoc cref="BinaryWith" path="/param|/exception" />
    public static MediaUrn AudioWith(string extension) => With(AnyAudio, extension);

    /// <inheritdoc cref="MediaUrnText.ForExtension" />
    public static MediaUrn ForExtension(string? extension) => MediaUrnText.ForExtension(extension) switch
    {
        MediaUrnText.Pdf => Pdf,
        MediaUrnText.Epub => Epub,
        MediaUrnText.Md => Md,
        MediaUrnText.Txt => Txt,
        MediaUrnText.Rst => Rst,
        MediaUrnText.Log => Log,
        MediaUrnText.String => String,
        _ => Binary,
    };

    private static MediaUrn With(MediaUrn urn, string extension) => urn.WithTag("ext", extension.ToLowerInvariant());
}
