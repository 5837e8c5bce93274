using System.Text.Json;
using Capns.Core.Caps;
using Capns.Core.Dispatch;
using Capns.Registry.Worker.Capabilities;

namespace Capns.Registry.Worker.Tests.Capabilities;

/// <summary>Catalogues made of slugs and their capabilities.</summary>
internal static class Offers
{
    public static CapabilitySnapshot Snapshot(params IReadOnlyList<ToolProvider> tools) => new(new CatalogueState(1, tools), new NoExecution());

    public static ToolProvider Tool(string slug, params IReadOnlyList<string> capabilities) => new()
    {
        ToolId = Guid.CreateVersion7(),
        Slug = slug,
        Name = slug,
        Version = "1.0.0",
        Offered = OfferedCapabilities.Of(capabilities, new ToolShape(slug, null, JsonElement.Parse("{}"), null)),
    };

    /// <summary>For tests that only choose.</summary>
    private sealed class NoExecution : IToolExecution
    {
        public Task<CapResult> ExecuteAsync(ToolProvider tool, Cap definition, CapCall call, CancellationToken cancellationToken) =>
            Task.FromException<CapResult>(new InvalidOperationException("Nothing is called here."));
    }
}
