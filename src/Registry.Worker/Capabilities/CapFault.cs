using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Core.Urns;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Capabilities;

/// <summary>How a malformed capability URN is told.</summary>
internal static class CapFault
{
    /// <summary>Names field, error, place and text.</summary>
    public static string Sentence(string field, string text, UrnError error) =>
        $"{field} must be a capability URN: {error.Name}{At(error)}: {error.Message.TrimEnd('.')}. It is {Preview.Of(text)}.";

    /// <summary>For programs: <c>{urnError: {domain, code, name, position}}</c>.</summary>
    public static JsonElement Details(UrnError error) => JsonSerializer.SerializeToElement(
        new { urnError = new { error.Domain, error.Code, error.Name, error.Position } }, WireJson.Options);

    /// <summary>Characters are counted from 1 in the whole text, as an editor does; the error counts from 0 behind <c>cap:</c>.</summary>
    private static string At(UrnError error) => error.Position is { } position ? $" at character {position + CapUrn.Prefix.Length + 2}" : "";
}
