using System.Collections.Frozen;

namespace Capns.Core.Urns;

/// <summary>One instance of each key and value that nearly every URN has: less memory, and equal by reference.</summary>
internal static class CommonWords
{
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Words = new[]
    {
        "*", "?", "!", "cap", "media", "in", "out", "op", "ext", "language", "target", "form", "scalar", "list", "map", "bytes", "textable",
        "numeric", "integer", "bool", "void", "json", "image", "png", "audio", "video", "pdf", "txt", "md", "html", "xml", "yaml", "thumbnail",
        "constrained", "text",
    }.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The word, or null.</summary>
    public static string? Find(ReadOnlySpan<char> text) => Words.TryGetValue(text, out var word) ? word : null;
}
