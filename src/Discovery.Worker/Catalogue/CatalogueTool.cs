using Capns.Contracts;

namespace Capns.Discovery.Worker.Catalogue;

/// <summary>What this worker knows of a tool: what the catalogue's events have told.</summary>
/// <param name="Id">Uuid, lower case.</param>
/// <param name="Slug">Slug.</param>
/// <param name="Name">Name; unique only per owner.</param>
/// <param name="Version">SemVer of the latest version.</param>
/// <param name="Category">Category.</param>
/// <param name="Level">Level.</param>
/// <param name="Deprecated">Left out of answers unless asked for.</param>
internal sealed record CatalogueTool(string Id, string Slug, string Name, string Version, string Category, SecurityLevel Level, bool Deprecated);
