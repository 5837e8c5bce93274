using System.Text.Json;

namespace Capns.Core.Validation;

/// <summary>One assertion or applicator of a compiled schema. Immutable.</summary>
internal abstract class Keyword(string name)
{
    /// <summary>As the schema writes it; what errors name.</summary>
    public string Name { get; } = name;

    /// <summary>True for keywords that need what their neighbours have evaluated.</summary>
    public virtual bool IsLast => false;

    /// <summary>Checks the value at the evaluation's current place and reports what does not fit.</summary>
    /// <param name="run">The validation under way.</param>
    /// <param name="instance">The value.</param>
    /// <param name="coverage">Gets the properties and elements that were evaluated; null when nobody asks.</param>
    public abstract bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage);
}
