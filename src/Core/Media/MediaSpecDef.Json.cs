using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Capns.Core.Caps;
using Capns.Core.Caps.Reading;

namespace Capns.Core.Media;

/// <content>JSON of a standalone media spec (CapNs spec 7.1).</content>
public sealed partial record MediaSpecDef
{
    /// <summary>Reads a standalone media spec.</summary>
    /// <exception cref="CapDefinitionException">STRUCT, MS1 or MS3: the text is none.</exception>
    public static MediaSpecDef Parse(string json) =>
        TryParse(json, out var spec, out var error) ? spec : throw new CapDefinitionException(error);

    /// <summary>Reads a standalone media spec.</summary>
    /// <param name="json">JSON text of any length; at most <see cref="Cap.MaxJsonDepth"/> levels deep.</param>
    /// <param name="spec">The spec, when the answer is true.</param>
    /// <param name="error">STRUCT, MS1 or MS3, when the answer is false.</param>
    public static bool TryParse(
        string json, [NotNullWhen(true)] out MediaSpecDef? spec, [NotNullWhen(false)] out CapDefinitionError? error) =>
        DefinitionText.TryRead(json, MediaSpecReader.Read, out spec, out error);

    /// <inheritdoc cref="TryParse(string, out MediaSpecDef?, out CapDefinitionError?)" />
    public static bool TryParse(
        JsonElement json, [NotNullWhen(true)] out MediaSpecDef? spec, [NotNullWhen(false)] out CapDefinitionError? error) =>
        DefinitionText.TryRead(json, MediaSpecReader.Read, out spec, out error);

    /// <summary>The JSON text; members in the order of CapNs spec 7.1, absent ones left out.</summary>
    public string ToJson(bool indented = false) => DefinitionText.Write(indented, this, MediaSpecWriter.Write);
}
