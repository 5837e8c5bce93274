using System.Reflection;
using Capns.Registry.Worker.Access;

namespace Capns.Registry.Worker.Api.Description;

/// <summary>The page at <c>/docs</c>: shows <c>/openapi.json</c> and sends requests. Everything comes from this server.</summary>
internal static class DocumentPage
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Maps the page, its parts, and <c>/asyncapi.json</c>.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        Serve(app, "/docs", "docs/page.html", "text/html; charset=utf-8");
        Serve(app, "/docs/page.js", "docs/page.js", "text/javascript; charset=utf-8");
        Serve(app, "/docs/page.css", "docs/page.css", "text/css; charset=utf-8");
        Serve(app, "/asyncapi.json", "asyncapi.json", "application/json; charset=utf-8");
    }

    private static void Serve(IEndpointRouteBuilder app, string path, string resource, string contentType)
    {
        var bytes = Read(resource);
        app.MapGet(path, (HttpContext context) =>
        {
            context.Response.Headers.ContentSecurityPolicy = Policy;
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return Results.Bytes(bytes, contentType);
        }).NeedsNoLogin().ExcludeFromDescription();
    }

    private static byte[] Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"The assembly has no resource {resource}.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
