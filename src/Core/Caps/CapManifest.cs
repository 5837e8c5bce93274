using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Capns.Core.Caps.Reading;

namespace Capns.Core.Caps;

/// <summary>What a plugin says of itself: who it is and what it can do (CapNs spec 14.1). Immutable, equal by members.</summary>
[JsonConverter(typeof(CapManifestJsonConverter))]
public sealed record CapManifest
{
    /// <summary>The name of the plugin.</summary>
    public required string Name { get; init; }

    /// <summary>The version of the plugin, in any form.</summary>
    public required string Version { get; init; }

    /// <summary>For people.</summary>
    public required string Description { get; init; }

    /// <summary>What it can do; may be empty.</summary>
    public required IReadOnlyList<Cap> Caps { get; init => field = [.. value]; }

    /// <summary>Who made it.</summary>
    public string? Author { get; init; }

    /// <summary>Address of a page on it.</summary>
    public string? PageUrl { get; init; }

    /// <summary>Reads a manifest, every capability of which must be valid.</summary>
    /// <exception cref="CapDefinitionException">The text is none, or has a capability that is not valid.</exception>
    public static CapManifest Parse(string json) =>
        TryParse(json, out var manifest, out var error) ? manifest : throw new CapDefinitionException(error);

    /// <summary>Reads a manifest, every capability of which must be valid.</summary>
    /// <param name="json">Any text; at most <see cref="Cap.MaxJsonDepth"/> levels deep. Unknown members are ignored.</param>
    /// <param name="manifest">The manifest, when the answer is true.</param>
    /// <param name="error">What is wrong, when the answer is false; below <c>/caps/</c> when it is a capability.</param>
    public static bool TryParse(
        string json, [NotNullWhen(true)] out CapManifest? manifest, [NotNullWhen(false)] out CapDefinitionError? error) =>
        DefinitionText.TryRead(json, ManifestReader.ReadStrictly, out manifest, out error);

    /// <summary>Reads a manifest and keeps what is valid of its capabilities (a plugin may write some that no one can read).</summary>
    /// <param name="utf8Json">Any bytes; what was read does not need them any more.</param>
    /// <param name="reading">The manifest with its valid capabilities, and what was wrong with the others, when the answer is true.</param>
    /// <param name="error">What is wrong with the rest of the manifest, when the answer is false.</param>
    public static bool TryReadLeniently(
        ReadOnlyMemory<byte> utf8Json,
        [NotNullWhen(true)] out CapManifestReading? reading,
        [NotNullWhen(false)] out CapDefinitionError? error) =>
        DefinitionText.TryRead(utf8Json, ManifestReader.ReadLeniently, out reading, out error);

    /// <inheritdoc cref="TryReadLeniently(ReadOnlyMemory{byte}, out CapManifestReading?, out CapDefinitionError?)" />
    /// <param name="json">Any text.</param>
    /// <param name="reading">The manifest with its valid capabilities, and what was wrong with the others, when the answer is true.</param>
    /// <param name="error">What is wrong with the rest of the manifest, when the answer is false.</param>
    public static bool TryReadLeniently(
        string json, [NotNullWhen(true)] out CapManifestReading? reading, [NotNullWhen(false)] out CapDefinitionError? error) =>
        DefinitionText.TryRead(json, ManifestReader.ReadLeniently, out reading, out error);

    /// <summary>The JSON text; absent members are left out.</summary>
    /// <param name="indented">In lines for people, as <c>plugin manifest</c> prints it.</param>
    public string ToJson(bool indented = false) => DefinitionText.Write(indented, this, DefinitionWriter.Write);

    /// <summary>Equal in every member; capabilities in order.</summary>
    public bool Equals(CapManifest? other) =>
        other is not null
        && Name == other.Name && Version == other.Version && Description == other.Description
        && Author == other.Author && PageUrl == other.PageUrl && Caps.SequenceEqual(other.Caps);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Name, Version, Description, Author, PageUrl, Caps.Count);
}
