namespace Capns.Core.Media;

/// <summary>Nobody who was asked knows what a media URN stands for (CapNs spec 9.2).</summary>
public sealed class UnresolvableMediaUrnException : Exception
{
    /// <summary>Names the URN and where it was looked for.</summary>
    /// <param name="mediaUrn">As written.</param>
    /// <param name="detail">Ends the sentence <c>cannot resolve media URN '…' - </c>.</param>
    /// <param name="innerException">Why a source could not be asked, if that is the reason.</param>
    public UnresolvableMediaUrnException(string mediaUrn, string detail, Exception? innerException = null)
        : base($"cannot resolve media URN '{mediaUrn}' - {detail}", innerException) => MediaUrn = mediaUrn;

    /// <summary>The URN, as written.</summary>
    public string MediaUrn { get; }

    /// <summary>True when a source could not be asked: later it may know. False: no source has it.</summary>
    public bool MayResolveLater => InnerException is MediaSourceUnreachableException;
}
