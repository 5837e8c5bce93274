using System.Text.Json;
using Capns.Core.Caps.Reading;
using Capns.Core.Caps.Rules;
using Capns.Core.Media;

namespace Capns.Core.Caps;

/// <summary>
/// The rules for definitions (CapNs spec 8), in its order: structure, URN, arguments, media specs, references. Stops at the first
/// rule that is broken and repairs nothing. Has no state.
/// </summary>
public static class CapValidator
{
    /// <summary>Structure, URN and arguments of JSON text: STRUCT, CU1, CU2, RULE1 to RULE12.</summary>
    /// <param name="json">Any text.</param>
    /// <param name="names">Whether RULE12 counts.</param>
    public static CapValidationReport Validate(string json, NamedArguments names = NamedArguments.Refused)
    {
        var (reading, cap) = Read(json, names);
        return Arguments(reading, cap).ToReport(cap);
    }

    /// <inheritdoc cref="Validate(string, NamedArguments)" />
    /// <summary>Structure, URN and arguments of JSON: STRUCT, CU1, CU2, RULE1 to RULE12.</summary>
    /// <param name="json">A value of any kind.</param>
    /// <param name="names">Whether RULE12 counts.</param>
    public static CapValidationReport Validate(JsonElement json, NamedArguments names = NamedArguments.Refused)
    {
        var (reading, cap) = Read(json, names);
        return Arguments(reading, cap).ToReport(cap);
    }

    /// <summary>The arguments of a definition: RULE1 to RULE7, RULE9, RULE10; the others cannot be broken in an object.</summary>
    public static CapValidationReport Validate(Cap cap) => Arguments(new DefinitionReading(), cap).ToReport(cap);

    /// <summary>Everything in JSON text, also whether the media URNs stand for something: MS2, MS3, XV3 to XV5 beside the others.</summary>
    /// <param name="json">Any text.</param>
    /// <param name="source">Knows the media URNs that are not defined inline. When it cannot be asked, XV5 is a warning.</param>
    /// <param name="names">Whether RULE12 counts.</param>
    /// <param name="cancellationToken">Gives up waiting for <paramref name="source"/>.</param>
    public static ValueTask<CapValidationReport> ValidateAsync(
        string json, IMediaSpecSource source, NamedArguments names = NamedArguments.Refused, CancellationToken cancellationToken = default)
    {
        var (reading, cap) = Read(json, names);
        return ValidateAsync(reading, cap, source, cancellationToken);
    }

    /// <inheritdoc cref="ValidateAsync(string, IMediaSpecSource, NamedArguments, CancellationToken)" />
    /// <summary>Everything in JSON, also whether the media URNs stand for something: MS2, MS3, XV3 to XV5 beside the others.</summary>
    /// <param name="json">A value of any kind; not needed any more once the call has returned its task.</param>
    /// <param name="source">Knows the media URNs that are not defined inline. When it cannot be asked, XV5 is a warning.</param>
    /// <param name="names">Whether RULE12 counts.</param>
    /// <param name="cancellationToken">Gives up waiting for <paramref name="source"/>.</param>
    public static ValueTask<CapValidationReport> ValidateAsync(
        JsonElement json,
        IMediaSpecSource source,
        NamedArguments names = NamedArguments.Refused,
        CancellationToken cancellationToken = default)
    {
        var (reading, cap) = Read(json, names);
        return ValidateAsync(reading, cap, source, cancellationToken);
    }

    /// <summary>Everything in a definition, also whether the media URNs stand for something: MS2, MS3, XV3 to XV5, too.</summary>
    /// <param name="cap">The definition.</param>
    /// <param name="source">Knows the media URNs that are not defined inline. When it cannot be asked, XV5 is a warning.</param>
    /// <param name="cancellationToken">Gives up waiting for <paramref name="source"/>.</param>
    public static ValueTask<CapValidationReport> ValidateAsync(
        Cap cap, IMediaSpecSource source, CancellationToken cancellationToken = default) =>
        ValidateAsync(new DefinitionReading(), cap, source, cancellationToken);

    /// <summary>A standalone media spec: MS1, MS2, MS3.</summary>
    public static CapDefinitionError? Validate(MediaSpecDef spec)
    {
        var findings = new Findings();
        MediaSpecRules.CheckStandalone(findings, spec, string.Empty);
        return findings.Error;
    }

    /// <summary>Definitions and standalone media specs that are to stand beside each other: what each has to keep, XV1 and XV2.</summary>
    /// <remarks>References (XV3, XV5) are not looked at. Paths start with <c>/caps/0</c> or <c>/media/0</c>.</remarks>
    public static CapValidationReport ValidateCatalog(IEnumerable<Cap> caps, IEnumerable<MediaSpecDef> mediaSpecs) =>
        CatalogRules.Check(new DefinitionReading(), [.. caps], [.. mediaSpecs]).ToReport(null);

    /// <summary>The same for JSON: an object with the lists <c>caps</c> and <c>media</c>, each of which may be left out.</summary>
    /// <param name="json">A value of any kind.</param>
    /// <param name="names">Whether RULE12 counts.</param>
    public static CapValidationReport ValidateCatalog(JsonElement json, NamedArguments names = NamedArguments.Refused)
    {
        var reading = new DefinitionReading { Names = names };
        var catalog = DefinitionText.Read(reading, json, CatalogRules.Read);
        return (catalog is null ? reading.Findings : CatalogRules.Check(reading, catalog.Caps, catalog.MediaSpecs)).ToReport(null);
    }

    private static (DefinitionReading Reading, Cap? Cap) Read(string json, NamedArguments names)
    {
        var reading = new DefinitionReading { Names = names };
        return (reading, DefinitionText.Read(reading, json, CapReader.Read));
    }

    private static (DefinitionReading Reading, Cap? Cap) Read(JsonElement json, NamedArguments names)
    {
        var reading = new DefinitionReading { Names = names };
        return (reading, DefinitionText.Read(reading, json, CapReader.Read));
    }

    private static Findings Arguments(DefinitionReading reading, Cap? cap)
    {
        if (cap is not null && reading.HasShape)
        {
            ArgumentRules.Check(reading.Findings, cap, string.Empty);
        }

        return reading.Findings;
    }

    private static async ValueTask<CapValidationReport> ValidateAsync(
        DefinitionReading reading, Cap? cap, IMediaSpecSource source, CancellationToken cancellationToken)
    {
        var findings = Arguments(reading, cap);
        if (cap is not null && findings.IsOpen(DefinitionStage.MediaSpecs))
        {
            MediaSpecRules.CheckInline(findings, cap, string.Empty);
        }

        if (cap is not null && findings.IsOpen(DefinitionStage.References))
        {
            await new ReferenceRules(findings, cap, source).CheckAsync(cancellationToken);
        }

        return findings.ToReport(cap);
    }
}
