using Capns.Discovery.Worker.Catalogue;

namespace Capns.Discovery.Worker.Learning.Similarity;

internal sealed partial class SimilarityIndex
{
    private readonly Guid[] _ids;
    private readonly Dictionary<Guid, int> _places;
    private readonly int[][] _tags;
    private readonly int[][] _capabilities;
    private readonly int[] _categories;
    private readonly (int Word, double Weight)[][] _vectors;
    private readonly List<List<int>> _byTag;
    private readonly List<List<int>> _byCapability;
    private readonly Dictionary<(int Category, int Word), List<int>> _byWord = [];

    /// <param name="tools">In any order; archived ones are left out.</param>
    public SimilarityIndex(IEnumerable<CatalogueTool> tools)
    {
        CatalogueTool[] all = [.. tools.Where(tool => tool.Availability != ToolAvailability.Archived)];
        ToolFeatures[] features = [.. all.Select(ToolFeatures.Of)];
        _ids = [.. all.Select(tool => tool.Id)];
        _places = _ids.Select((id, at) => (id, at)).ToDictionary(one => one.id, one => one.at);
        (_tags, _byTag) = Listed([.. features.Select(one => one.Tags)]);
        (_capabilities, _byCapability) = Listed([.. features.Select(one => one.Capabilities)]);
        (int[][] categories, _) = Listed([.. all.Select(tool => new[] { tool.Category })]);
        _categories = [.. categories.Select(one => one[0])];
        _vectors = Vectors(features);
        for (var at = 0; at < _ids.Length; at++)
        {
            foreach (var (word, _) in _vectors[at])
            {
                var key = (_categories[at], word);
                (_byWord.TryGetValue(key, out var places) ? places : _byWord[key] = []).Add(at);
            }
        }

        (_tagHits, _capabilityHits, _seen) = (new int[_ids.Length], new int[_ids.Length], new bool[_ids.Length]);
    }

    private static (int[][] Of, List<List<int>> Places) Listed(IReadOnlyList<string>[] values)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var places = new List<List<int>>();
        var of = new int[values.Length][];
        for (var at = 0; at < values.Length; at++)
        {
            of[at] = new int[values[at].Count];
            for (var i = 0; i < of[at].Length; i++)
            {
                if (!numbers.TryGetValue(values[at][i], out var number))
                {
                    numbers[values[at][i]] = number = places.Count;
                    places.Add([]);
                }

                of[at][i] = number;
                places[number].Add(at);
            }
        }

        return (of, places);
    }

    /// <summary>Of length 1, or without any word; in the order of words.</summary>
    private static (int Word, double Weight)[][] Vectors(ToolFeatures[] features)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var tools = new List<int>();
        foreach (var word in features.SelectMany(one => one.Words.Keys))
        {
            if (numbers.TryAdd(word, tools.Count))
            {
                tools.Add(0);
            }

            tools[numbers[word]]++;
        }

        return [.. features.Select(Vector)];

        (int, double)[] Vector(ToolFeatures one)
        {
            (int Word, double Weight)[] raw = [.. one.Words.Select(word => Weighed(numbers[word.Key], word.Value)).OrderBy(word => word.Word)];
            var length = Math.Sqrt(raw.Sum(word => word.Weight * word.Weight));
            return [.. raw.Select(word => (word.Word, word.Weight / length))];
        }

        (int Word, double Weight) Weighed(int word, int times) => (word, times * Math.Log(1 + ((double)features.Length / tools[word])));
    }
}
