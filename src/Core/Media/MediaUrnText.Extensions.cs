namespace Capns.Core.Media;

/// <content>By the extensions of files.</content>
public static partial class MediaUrnText
{
    /// <summary>What the standard capabilities take a file for (CapNs spec 16).</summary>
    /// <param name="extension">Without dot, in any case; null when there is none.</param>
    /// <returns>
    /// The constant of that name for <c>pdf</c>, <c>epub</c>, <c>md</c>, <c>txt</c>, <c>rst</c> and <c>log</c>,
    /// <see cref="String"/> for <c>text</c>, else <see cref="Binary"/>.
    /// </returns>
    public static string ForExtension(string? extension) => extension?.ToLowerInvariant() switch
    {
        "pdf" => Pdf,
        "epub" => Epub,
        "md" => Md,
        "txt" => Txt,
        "rst" => Rst,
        "log" => Log,
        "text" => String,
        _ => Binary,
    };
}
