using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Json;
using Capns.Discovery.Worker.Catalogue;

namespace Capns.Discovery.Worker.Tests.Quality;

/// <summary>The tools of the quality benchmark as the catalogue shows them.</summary>
internal static class QualityCatalogue
{
    /// <summary>In the order of the files; ids follow from slugs, so that every run is the same.</summary>
    public static IReadOnlyList<CatalogueTool> Tools { get; } = [.. QualityData.Tools.Select(Tool)];

    /// <summary>The uuid of a slug.</summary>
    public static Guid IdOf(string slug) => new(SHA256.HashData(Encoding.UTF8.GetBytes(slug))[..16]);

    private static CatalogueTool Tool(QualityTool tool, int at) => new()
    {
        Id = IdOf(tool.Slug),
        Slug = tool.Slug,
        Name = tool.Name,
        DisplayName = tool.DisplayName,
        Description = tool.Description,
        Version = "1.0.0",
        Category = tool.Category,
        Tags = tool.Tags,
        // A definition without capabilities has its tags as such (platform spec 5.1).
        Capabilities = tool.Capabilities.Count > 0 ? tool.Capabilities : tool.Tags,
        ParameterNames = CatalogueTexts.ParameterNames(tool.Parameters.GetRawText()),
        Examples = CatalogueTexts.Examples(JsonSerializer.Serialize(tool.Examples, WireJson.Options)),
        Owner = "bench",
        Level = JsonSerializer.SerializeToElement(tool.SecurityLevel).Deserialize<SecurityLevel>(WireJson.Options),
        CostEstimate = tool.CostEstimate,
        DurationEstimateMs = tool.ExecutionTimeEstimate,
        RegisteredAt = DateTimeOffset.UnixEpoch.AddDays(20_000).AddMinutes(at),
        Revision = 1,
    };
}
