using Capns.Core.Matching;
using Capns.Core.Urns;

namespace Capns.Core.Dispatch.Indexing;

/// <summary>One look-up in an index: the best so far, and what the request's directions select. Allocates nothing.</summary>
internal ref struct CapQuery
{
    /// <summary>Room for the directions that come into question; where there are more, they select too little to be listed.</summary>
    public const int MostDirections = 64;

    /// <summary>The best of some candidates are looked at before their directions are asked.</summary>
    private const int Glance = 4;

    private const int NotAsked = -2;
    private const int TooMany = -1;

    private readonly CapIndex _index;
    private readonly CapUrn _request;
    private readonly MatrixSnapshot? _living;
    private readonly Span<int> _inputs;
    private readonly Span<int> _outputs;
    private int _inputCount = NotAsked;
    private int _outputCount = NotAsked;

    public CapQuery(CapIndex index, CapUrn request, MatrixSnapshot? living, Span<int> inputs, Span<int> outputs)
    {
        _index = index;
        _request = request;
        _living = living;
        _inputs = inputs;
        _outputs = outputs;
    }

    /// <summary>Only what ranks before it can still be better.</summary>
    public int BestRank { get; private set; } = int.MaxValue;

    public readonly CapEntry? Best => BestRank == int.MaxValue ? null : _index.Ranked[BestRank];

    /// <summary>Looks at every capability.</summary>
    public void VisitAll()
    {
        for (var rank = 0; rank < _index.Ranked.Length && rank < BestRank; rank++)
        {
            Look(rank);
        }
    }

    /// <summary>Looks at candidates.</summary>
    public void Visit(CapNode? node)
    {
        if (node is null || node.First >= BestRank || Walk(node.Ranks.AsSpan(0, Math.Min(Glance, node.Ranks.Length))))
        {
            return;
        }

        if (node.HasOneInput && !CapMatching.AcceptsInput(_index.Ranked[node.First].Urn.Input, _request.Input))
        {
            return;
        }

        if (node.ByInput is not null && SelectsInputs(node))
        {
            VisitInputs(node.ByInput);
        }
        else if (node.ByOutput is not null && SelectsOutputs(node))
        {
            VisitOutputs(node.ByOutput);
        }
        else if (node.ByInput is not null)
        {
            VisitParts(node);
        }
        else if (node.Ranks.Length > Glance)
        {
            Walk(node.Ranks.AsSpan(Glance));
        }
    }

    /// <summary>Whether the request's input leaves so few inputs that going by them is less than going by all of the node's.</summary>
    private bool SelectsInputs(CapNode node)
    {
        if (_inputCount == NotAsked)
        {
            _inputCount = _request.Input is { } data ? _index.Inputs!.Find(data, _inputs) : TooMany;
        }

        return _inputCount >= 0 && _inputCount < node.Parts.Length;
    }

    /// <summary>
    /// Whether the request's output leaves so little that going by it is less than going by all inputs, or all outputs, of the node.
    /// </summary>
    private bool SelectsOutputs(CapNode node)
    {
        if (_outputCount == NotAsked)
        {
            _outputCount = _request.Output is { } wish ? _index.Outputs!.Find(wish, _outputs) : TooMany;
        }

        var left = 0;
        for (var at = 0; at < _outputCount && node.ByInput is not null; at++)
        {
            left += node.ByOutput!.TryGetValue(_outputs[at], out var part) ? part.Ranks.Length : 0;
        }

        return _outputCount >= 0 && _outputCount < node.ByOutput!.Count && (node.ByInput is null || left < node.Parts.Length);
    }

    private void VisitInputs(Dictionary<int, CapNode> byInput)
    {
        foreach (var input in _inputs[.._inputCount])
        {
            Visit(byInput.GetValueOrDefault(input));
        }
    }

    private void VisitOutputs(Dictionary<int, CapNode> byOutput)
    {
        foreach (var output in _outputs[.._outputCount])
        {
            Visit(byOutput.GetValueOrDefault(output));
        }
    }

    /// <summary>Goes by all inputs; those that do not take the request's are passed over together.</summary>
    private void VisitParts(CapNode node)
    {
        foreach (var part in node.Parts)
        {
            if (part.First >= BestRank)
            {
                return;
            }

            if (CapMatching.AcceptsInput(_index.Ranked[part.First].Urn.Input, _request.Input))
            {
                Visit(part);
            }
        }
    }

    /// <summary>Looks at capabilities one by one, the best first; the first that accepts is the best of them.</summary>
    /// <returns>True when none behind them can be better than the best so far.</returns>
    private bool Walk(ReadOnlySpan<int> ranks)
    {
        foreach (var rank in ranks)
        {
            if (rank >= BestRank || Look(rank))
            {
                return true;
            }
        }

        return false;
    }

    private bool Look(int rank)
    {
        var entry = _index.Ranked[rank];
        if (!entry.Urn.Accepts(_request, _index.Policy.SpecialValues) || _living?.Holds(entry.Registration) == false)
        {
            return false;
        }

        BestRank = rank;
        return true;
    }
}
