using System.Text.Json;

namespace Capns.Core.Caps;

/// <summary>A manifest that was read leniently.</summary>
/// <param name="Manifest">Has the capabilities that are valid, in order.</param>
/// <param name="Problems">One for each of the others, in order; empty when all are valid.</param>
public sealed record CapManifestReading(CapManifest Manifest, IReadOnlyList<CapManifestProblem> Problems);

/// <summary>A capability of a manifest that was left out.</summary>
/// <param name="Index">Its place in <c>caps</c>, 0 and up.</param>
/// <param name="Error">The first rule it breaks; the path starts with <c>/caps/</c> and <paramref name="Index"/>.</param>
/// <param name="Definition">As it was written.</param>
public sealed record CapManifestProblem(int Index, CapDefinitionError Error, JsonElement Definition)
{
    /// <summary>What it calls itself, valid or not; null when there is no text.</summary>
    public string? Urn =>
        Definition.ValueKind == JsonValueKind.Object
        && Definition.TryGetProperty("urn", out var urn) && urn.ValueKind == JsonValueKind.String
            ? urn.GetString() : null;
}
