using Capns.Contracts;
using Capns.Discovery.Worker.Catalogue;

namespace Capns.Discovery.Worker.Tests;

/// <summary>Valid tools; a test says what it is about with <c>with</c>.</summary>
internal static class Example
{
    /// <summary>A tool with a slug, and everything else made from it.</summary>
    public static CatalogueTool Tool(string slug) => new()
    {
        Id = Guid.CreateVersion7(),
        Slug = slug,
        Name = slug,
        DisplayName = slug,
        Description = $"Does what {slug} says.",
        Version = "1.0.0",
        Category = "analysis",
        Owner = "somebody",
        Level = SecurityLevel.Safe,
    };
}
