namespace Capns.Discovery.Worker.Search.Text;

/// <summary>Reads the word lists that are embedded in this assembly.</summary>
internal static class DataFile
{
    /// <summary>Lines of a file in <c>Search/Data</c>, trimmed; without empty ones and comments.</summary>
    public static IEnumerable<string> Lines(string name)
    {
        using var stream = typeof(DataFile).Assembly.GetManifestResourceStream($"Search/{name}")
            ?? throw new InvalidOperationException($"The word list {name} is not embedded.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine()?.Trim() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                yield return line;
            }
        }
    }
}
