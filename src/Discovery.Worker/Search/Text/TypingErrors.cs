namespace Capns.Discovery.Worker.Search.Text;

/// <summary>Counts what went wrong in typing: a letter left out, added, mistaken, or two neighbours exchanged. Pure.</summary>
/// <remarks>The optimal string alignment distance of Damerau and Levenshtein: no part is changed twice.</remarks>
internal static class TypingErrors
{
    /// <summary>The least number of errors that make one word of the other; -1 when they are more than <paramref name="most"/>.</summary>
    /// <param name="typed">At most <see cref="TextReader.LongestWord"/> characters.</param>
    /// <param name="meant">The same.</param>
    /// <param name="most">At least 0.</param>
    public static int Count(ReadOnlySpan<char> typed, ReadOnlySpan<char> meant, int most)
    {
        var width = meant.Length + 1;
        if (Math.Abs(typed.Length - meant.Length) > most || width > TextReader.LongestWord + 4)
        {
            return -1;
        }

        Span<int> rows = stackalloc int[3 * (TextReader.LongestWord + 4)];
        var before = rows[..width];
        var above = rows.Slice(width, width);
        var row = rows.Slice(2 * width, width);
        for (var column = 0; column < width; column++)
        {
            above[column] = column;
        }

        for (var line = 1; line <= typed.Length; line++)
        {
            row[0] = line;
            var least = line;
            for (var column = 1; column < width; column++)
            {
                var same = typed[line - 1] == meant[column - 1];
                var errors = Math.Min(above[column - 1] + (same ? 0 : 1), Math.Min(above[column], row[column - 1]) + 1);
                if (line > 1 && column > 1 && typed[line - 1] == meant[column - 2] && typed[line - 2] == meant[column - 1])
                {
                    errors = Math.Min(errors, before[column - 2] + 1);
                }

                row[column] = errors;
                least = Math.Min(least, errors);
            }

            if (least > most)
            {
                return -1;
            }

            var spare = before;
            before = above;
            above = row;
            row = spare;
        }

        return above[width - 1] <= most ? above[width - 1] : -1;
    }
}
