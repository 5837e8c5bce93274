using System.Diagnostics.CodeAnalysis;

namespace Capns.Core.Validation;

/// <summary>The patterns of one schema: each text once, and together within <see cref="PatternEngine.Budget"/>.</summary>
internal sealed class PatternPool
{
    private readonly Dictionary<string, EcmaPattern> _patterns = new(StringComparer.Ordinal);
    private int _budget = PatternEngine.Budget;

    /// <summary>Reads a pattern, or finds it among those that were read.</summary>
    public bool TryGet(string text, [NotNullWhen(true)] out EcmaPattern? pattern, [NotNullWhen(false)] out string? error)
    {
        error = null;
        if (_patterns.TryGetValue(text, out pattern))
        {
            return true;
        }

        if (!EcmaPattern.TryCreate(text, ref _budget, out pattern, out error))
        {
            return false;
        }

        _patterns.Add(text, pattern);
        return true;
    }
}
