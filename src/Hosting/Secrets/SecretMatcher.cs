namespace Capns.Hosting.Secrets;

/// <summary>
/// Finds every occurrence of any of some texts, in time linear to what is searched (Aho-Corasick). Immutable; thread-safe.
/// </summary>
internal sealed class SecretMatcher
{
    private const int Root = 0;

    private readonly Dictionary<long, int> _steps = [];
    private readonly List<int> _depth = [0];
    private readonly List<int> _fallback = [Root];

    // Length of the longest text that ends at a node; of all that end there it covers the others.
    private readonly List<int> _longest = [0];

    /// <param name="texts">Empty ones are left out.</param>
    public SecretMatcher(IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            Add(text);
        }

        Link();
    }

    /// <summary>The places that hold one of the texts, those that touch joined; in order.</summary>
    /// <param name="text">Searched.</param>
    /// <param name="cut">True: the text went on, so the beginning of one of the texts at its end counts too.</param>
    public List<Range> Find(string text, bool cut)
    {
        var found = new List<Range>();
        var node = Root;
        for (var index = 0; index < text.Length; index++)
        {
            node = Step(node, text[index]);
            if (_longest[node] > 0)
            {
                Join(found, index + 1 - _longest[node], index + 1);
            }
        }

        if (cut && _depth[node] > 0)
        {
            Join(found, text.Length - _depth[node], text.Length);
        }

        return found;
    }

    private static long Key(int node, char character) => ((long)node << 16) | character;

    private static void Join(List<Range> found, int start, int end)
    {
        // Each range is taken away at most once, so all of this is linear too.
        while (found.Count > 0 && found[^1].End.Value >= start)
        {
            start = Math.Min(start, found[^1].Start.Value);
            found.RemoveAt(found.Count - 1);
        }

        found.Add(start..end);
    }

    private int Step(int node, char character)
    {
        while (true)
        {
            if (_steps.TryGetValue(Key(node, character), out var next))
            {
                return next;
            }

            if (node == Root)
            {
                return Root;
            }

            node = _fallback[node];
        }
    }

    private void Add(string text)
    {
        var node = Root;
        foreach (var character in text)
        {
            if (!_steps.TryGetValue(Key(node, character), out var next))
            {
                next = _depth.Count;
                _steps.Add(Key(node, character), next);
                _depth.Add(_depth[node] + 1);
                _fallback.Add(Root);
                _longest.Add(0);
            }

            node = next;
        }

        _longest[node] = text.Length;
    }

    /// <summary>From each node to the longest other beginning of a text that its own text ends with.</summary>
    private void Link()
    {
        var byDepth = _steps.OrderBy(step => _depth[step.Value]).ToList();
        foreach (var (key, node) in byDepth)
        {
            var parent = (int)(key >> 16);
            _fallback[node] = parent == Root ? Root : Step(_fallback[parent], (char)(key & 0xFFFF));
            _longest[node] = Math.Max(_longest[node], _longest[_fallback[node]]);
        }
    }
}
