using Capns.Core.Validation;

namespace Capns.Hosting.Secrets;

/// <summary>Redacts a stream line by line: also the lines of a private key that follow its first one. Not thread-safe.</summary>
public sealed class LineRedactor(Redactor redactor)
{
    private const string Begin = "-----BEGIN ";
    private const string End = "-----END ";

    /// <summary>Longest line of a key's body; PEM writers break at 64 or 76.</summary>
    private const int BodyLine = 128;

    private bool _inKey;

    /// <summary>The next line, without secrets.</summary>
    /// <param name="line">Without its line end.</param>
    /// <param name="cut">True: the line went on.</param>
    public string Next(string line, bool cut = false)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (_inKey)
        {
            if (line.Contains(End, StringComparison.Ordinal))
            {
                _inKey = false;
                return SecretFields.Redacted;
            }

            if (IsBody(line))
            {
                return SecretFields.Redacted;
            }
        }

        var begin = line.LastIndexOf(Begin, StringComparison.Ordinal);
        _inKey = begin >= 0 && line.AsSpan(begin).Contains("PRIVATE KEY", StringComparison.Ordinal)
            && line.IndexOf(End, begin, StringComparison.Ordinal) < 0;
        return redactor.Redact(line, cut);
    }

    // Base64, a header such as Proc-Type, or the blank line between them; anything else is no key any more.
    private static bool IsBody(string line)
    {
        var text = line.AsSpan().Trim();
        return text.Length <= BodyLine
            && (text.IndexOfAnyExcept(Base64) < 0 || text.StartsWith("Proc-Type:", StringComparison.Ordinal)
                || text.StartsWith("DEK-Info:", StringComparison.Ordinal));
    }

    private static readonly System.Buffers.SearchValues<char> Base64 =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");
}
