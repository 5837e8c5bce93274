using System.Text;

namespace Capns.Runner.Worker.Runs.Output;

/// <summary>Text from the bytes a tool wrote, whatever they are.</summary>
internal static class Utf8Text
{
    /// <summary>Decodes bytes; what is not UTF-8 becomes U+FFFD.</summary>
    /// <param name="bytes">Any bytes.</param>
    /// <param name="maxBytes">Most bytes of UTF-8 of the text; beyond, it is cut between two characters.</param>
    public static (string Text, bool Cut) Decode(ReadOnlySpan<byte> bytes, int maxBytes)
    {
        // A few more than fit, so that a character on the border is whole; the cut below is the exact one.
        var surplus = bytes.Length > maxBytes + 4;
        var text = Encoding.UTF8.GetString(surplus ? bytes[..(maxBytes + 4)] : bytes);
        var (kept, cut) = Cut(text, maxBytes);
        return (kept, cut || surplus);
    }

    /// <summary>Cuts text to a number of bytes of UTF-8, between two characters.</summary>
    public static (string Text, bool Cut) Cut(string text, int maxBytes)
    {
        if (text.Length * 3 <= maxBytes || Encoding.UTF8.GetByteCount(text) <= maxBytes)
        {
            return (text, false);
        }

        var used = 0;
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (used + rune.Utf8SequenceLength > maxBytes)
            {
                break;
            }

            used += rune.Utf8SequenceLength;
            length += rune.Utf16SequenceLength;
        }

        return (text[..length], true);
    }
}
