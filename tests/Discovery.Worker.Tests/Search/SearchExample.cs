using Capns.Contracts;
using Capns.Discovery.Worker.Catalogue;

namespace Capns.Discovery.Worker.Tests.Search;

/// <summary>Tools for tests: valid, and different in what is given only.</summary>
internal static class SearchExample
{
    public static CatalogueTool Tool(
        string slug, string description = "", string[]? tags = null, string[]? capabilities = null, string? displayName = null, long revision = 1)
    {
        return new CatalogueTool
        {
            Id = IdOf(slug),
            Slug = slug,
            Name = slug,
            DisplayName = displayName ?? slug,
            Description = description,
            Version = "1.0.0",
            Category = "analysis",
            Tags = tags ?? [],
            Capabilities = capabilities ?? [],
            Level = SecurityLevel.Safe,
            Revision = revision,
        };
    }

    public static CatalogueSnapshot Snapshot(params CatalogueTool[] tools) => new(1, tools);

    /// <summary>The same text has the same id.</summary>
    public static Guid IdOf(string text)
    {
        var bytes = new byte[16];
        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text));
        hash.AsSpan(0, 16).CopyTo(bytes);
        return new Guid(bytes);
    }
}
