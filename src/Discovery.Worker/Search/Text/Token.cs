namespace Capns.Discovery.Worker.Search.Text;

/// <summary>A word that was read from a text.</summary>
/// <param name="Start">Where its folded letters stand in the reader.</param>
/// <param name="Length">How many they are, 1 to <see cref="TextReader.LongestWord"/>.</param>
/// <param name="First">Which part of the text it is, from 0; for joined forms the first of them.</param>
/// <param name="Last">The last part; the same as <paramref name="First"/> unless it is a joined form.</param>
/// <param name="Kind">What made it a word.</param>
internal readonly record struct Token(int Start, int Length, int First, int Last, TokenKind Kind);

/// <summary>What made a word a word.</summary>
internal enum TokenKind
{
    /// <summary>It stands by itself, or is a part of a name such as <c>readPdf</c>.</summary>
    Part = 0,

    /// <summary>All parts of such a name together: <c>readpdf</c>.</summary>
    Joined,

    /// <summary>The letters of a part that has digits too: <c>python</c> of <c>python3</c>.</summary>
    Letters,
}
