namespace Capns.Core.Validation;

/// <summary>How a schema is read.</summary>
public sealed record SchemaOptions
{
    /// <summary>
    /// True: properties that the schema does not name are refused, unless the schema says something on them itself
    /// (additionalProperties, unevaluatedProperties, patternProperties). Default: false. Wanted from level
    /// <c>moderate</c> upward (platform spec 5.2).
    /// </summary>
    public bool StrictProperties { get; init; }
}
