using System.Diagnostics.CodeAnalysis;
using Capns.Core.Urns;

namespace Capns.Core.Dispatch;

/// <summary>Reads requests that are given as text.</summary>
internal static class RequestText
{
    /// <param name="text">Any text.</param>
    /// <param name="fills">Whether a direction may be left out, and then is <c>*</c> (D10).</param>
    /// <exception cref="InvalidUrnException">It is no capability URN.</exception>
    public static CapUrn Parse(string text, bool fills) =>
        TryParse(text, fills, out var urn, out var error) ? urn : throw new InvalidUrnException(text, error);

    public static bool TryParse(string text, bool fills, [NotNullWhen(true)] out CapUrn? urn, [NotNullWhen(false)] out UrnError? error) =>
        fills ? CapUrn.TryParseRequest(text, out urn, out error) : CapUrn.TryParse(text, out urn, out error);
}
