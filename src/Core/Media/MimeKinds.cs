namespace Capns.Core.Media;

/// <summary>What kind of data a MIME type names (CapNs spec 9.3). Parameters after a semicolon and case do not matter.</summary>
internal static class MimeKinds
{
    public static bool IsBinary(string mediaType)
    {
        var type = Essence(mediaType);
        return StartsWith(type, "image/") || StartsWith(type, "audio/") || StartsWith(type, "video/")
            || Is(type, "application/octet-stream") || Is(type, "application/pdf") || StartsWith(type, "application/x-")
            || EndsWith(type, "+zip") || EndsWith(type, "+gzip");
    }

    public static bool IsJson(string mediaType)
    {
        var type = Essence(mediaType);
        return Is(type, "application/json") || EndsWith(type, "+json");
    }

    /// <summary>True when it is of a top-level type, e.g. <c>image/</c>.</summary>
    public static bool IsOf(string mediaType, string topLevel) => StartsWith(Essence(mediaType), topLevel);

    private static ReadOnlySpan<char> Essence(string mediaType)
    {
        var end = mediaType.IndexOf(';', StringComparison.Ordinal);
        return mediaType.AsSpan(0, end < 0 ? mediaType.Length : end).Trim();
    }

    private static bool Is(ReadOnlySpan<char> type, string name) => type.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static bool StartsWith(ReadOnlySpan<char> type, string start) => type.StartsWith(start, StringComparison.OrdinalIgnoreCase);

    private static bool EndsWith(ReadOnlySpan<char> type, string end) => type.EndsWith(end, StringComparison.OrdinalIgnoreCase);
}
