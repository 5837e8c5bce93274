using System.Runtime.InteropServices;
using System.Text.Json;
using Capns.Contracts.Discovery;
using Capns.Discovery.Worker.Catalogue;
using Capns.Hosting.Postgres;

namespace Capns.Discovery.Worker.Requests;

/// <summary>Adds the schemas of parameters to an answer (platform spec 3.20, <c>includeParameters</c>). Thread-safe.</summary>
/// <remarks>
/// A schema may have 256 KiB and an answer many tools, but a message 1 MiB (platform spec 3.12): the best tools get theirs, and from
/// the first that does not fit on none does.
/// </remarks>
internal sealed class ParameterSchemas(CatalogueReader catalogue, TimeProvider time)
{
    /// <summary>UTF-8 bytes of all schemas of an answer together; what is left of a message is for everything else.</summary>
    public const int MostBytes = 512 * 1024;

    /// <summary>Longest wait for PostgreSQL; the answer goes without them then.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The same tools with their schemas.</summary>
    /// <returns>Missing: PostgreSQL does not answer.</returns>
    public async Task<(IReadOnlyList<ToolRecommendation> Tools, bool Missing)> AddAsync(
        IReadOnlyList<ToolRecommendation> tools, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var ids = tools.Take(DiscoveryBounds.MostTools).Select(tool => Guid.Parse(tool.ToolId)).ToList();
            var schemas = await catalogue.ParametersAsync(ids, limit.Token).WaitAsync(Patience, time, cancellationToken);
            var left = MostBytes;
            return ([.. tools.Select(tool => schemas.TryGetValue(Guid.Parse(tool.ToolId), out var schema) && (left -= SizeOf(schema)) >= 0
                ? tool with { Parameters = schema }
                : tool)], false);
        }
        catch (Exception exception) when (exception is TimeoutException || DatabaseOutage.Is(exception))
        {
            return (tools, true);
        }
        finally
        {
            await limit.CancelAsync();
        }
    }

    private static int SizeOf(JsonElement schema) => JsonMarshal.GetRawUtf8Value(schema).Length;
}
