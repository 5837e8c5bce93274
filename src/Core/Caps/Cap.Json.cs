using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Capns.Core.Caps.Reading;

namespace Capns.Core.Caps;

/// <content>JSON (CapNs spec 7.1).</content>
public sealed partial record Cap
{
    /// <summary>Most levels of arrays and objects in the JSON of a definition, included.</summary>
    public const int MaxJsonDepth = 64;

    /// <summary>Reads a definition.</summary>
    /// <remarks>
    /// Checks the shape and the URN. Members that CapNs spec 7.1 does not list are ignored, also the <c>name</c> of an argument (D11);
    /// whether the definition follows the other rules says <see cref="CapValidator"/>.
    /// </remarks>
    /// <exception cref="CapDefinitionException">The text is none.</exception>
    public static Cap Parse(string json) => TryParse(json, out var cap, out var error) ? cap : throw new CapDefinitionException(error);

    /// <inheritdoc cref="Parse(string)" />
    public static Cap Parse(JsonElement json) => TryParse(json, out var cap, out var error) ? cap : throw new CapDefinitionException(error);

    /// <inheritdoc cref="Parse(string)" path="/summary | remarks" />
    /// <param name="json">JSON text of any length; at most <see cref="MaxJsonDepth"/> levels deep.</param>
    /// <param name="cap">The definition, when the answer is true.</param>
    /// <param name="error">STRUCT, CU1, CU2, RULE8, MS3 or XV4, when the answer is false: the first in the order of CapNs spec 8.</param>
    public static bool TryParse(string json, [NotNullWhen(true)] out Cap? cap, [NotNullWhen(false)] out CapDefinitionError? error) =>
        DefinitionText.TryRead(json, CapReader.Read, out cap, out error);

    /// <inheritdoc cref="TryParse(string, out Cap?, out CapDefinitionError?)" />
    /// <param name="utf8Json">JSON text in UTF-8, without byte order mark.</param>
    /// <param name="cap">The definition, when the answer is true.</param>
    /// <param name="error">What is wrong, when the answer is false.</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> utf8Json, [NotNullWhen(true)] out Cap? cap, [NotNullWhen(false)] out CapDefinitionError? error) =>
        DefinitionText.TryRead(utf8Json, CapReader.Read, out cap, out error);

    /// <inheritdoc cref="TryParse(string, out Cap?, out CapDefinitionError?)" />
    /// <param name="json">A value of any kind; it is not needed afterwards.</param>
    /// <param name="cap">The definition, when the answer is true.</param>
    /// <param name="error">What is wrong, when the answer is false.</param>
    public static bool TryParse(JsonElement json, [NotNullWhen(true)] out Cap? cap, [NotNullWhen(false)] out CapDefinitionError? error) =>
        DefinitionText.TryRead(json, CapReader.Read, out cap, out error);

    /// <summary>The JSON text; members in the order of CapNs spec 7.1, absent ones left out, the URN in canonical form.</summary>
    /// <remarks>Escapes no more than JSON needs: not for use inside HTML.</remarks>
    public string ToJson(bool indented = false) => DefinitionText.Write(indented, this, DefinitionWriter.Write);
}
