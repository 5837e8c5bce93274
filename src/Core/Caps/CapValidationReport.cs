namespace Capns.Core.Caps;

/// <summary>What validation found (CapNs spec 8).</summary>
/// <param name="Error">The first rule that is broken; null when none is.</param>
/// <param name="Warnings">In no case a reason to refuse. Also there beside an error, as far as validation came.</param>
public sealed record CapValidationReport(CapDefinitionError? Error, IReadOnlyList<CapDefinitionWarning> Warnings)
{
    /// <summary>True when no rule is broken.</summary>
    public bool IsValid => Error is null;

    /// <summary>The definition, when one was validated and no rule is broken; null for a catalogue.</summary>
    public Cap? Cap { get; init; }

    /// <summary>Does nothing when no rule is broken.</summary>
    /// <exception cref="CapDefinitionException">A rule is broken.</exception>
    public void ThrowIfInvalid()
    {
        if (Error is { } error)
        {
            throw new CapDefinitionException(error);
        }
    }
}
