using System.Collections.Frozen;

namespace Capns.Discovery.Worker.Search.Text;

/// <summary>English words that say little, from <c>Data/stop-words.txt</c>, and everyday ones, from <c>Data/known-words.txt</c>. Folded, as people write them, not stemmed.</summary>
internal static class StopWords
{
    private static readonly (FrozenSet<string> Stop, FrozenSet<string> Faint) Lists = Read();
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> StopSet = Lists.Stop.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> FaintSet = Lists.Faint.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> KnownSet =
        DataFile.Lines("known-words.txt").SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>True for a word that says nothing.</summary>
    public static bool IsStop(ReadOnlySpan<char> word) => StopSet.Contains(word);

    /// <summary>True for a word of everyday English, also when it stands in no tool.</summary>
    public static bool IsKnown(ReadOnlySpan<char> word) => KnownSet.Contains(word) || IsStop(word) || IsFaint(word);

    /// <summary>True for a word that says little.</summary>
    public static bool IsFaint(ReadOnlySpan<char> word) => FaintSet.Contains(word);

    private static (FrozenSet<string> Stop, FrozenSet<string> Faint) Read()
    {
        var (stop, faint) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var into = stop;
        foreach (var line in DataFile.Lines("stop-words.txt"))
        {
            switch (line)
            {
                case "stop":
                    into = stop;
                    break;
                case "faint":
                    into = faint;
                    break;
                default:
                    into.UnionWith(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
                    break;
            }
        }

        return (stop.ToFrozenSet(StringComparer.Ordinal), faint.ToFrozenSet(StringComparer.Ordinal));
    }
}
