using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Core.Urns;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Executions.Admission;

namespace Capns.Registry.Worker.Api;

/// <summary>What the tools can do, over HTTP: <c>/api/v1/capabilities</c> (platform spec 4.3). A view: nothing is stored.</summary>
internal static class CapabilitiesApi
{
    private const string Path = "/api/v1/capabilities";

    /// <summary>Maps the paths.</summary>
    public static void MapCapabilitiesApi(this IEndpointRouteBuilder app)
    {
        app.MapGet(Path, List);
        app.MapGet($"{Path}/resolve", Resolve);
        app.MapGet($"{Path}/explain", Explain);
    }

    private static IResult List(HttpContext context, CapabilityIndex index, AdmissionOptions access)
    {
        if (ApiAccess.Lacks(access, "tool:read") is { } refusal)
        {
            return refusal;
        }

        if (ToolQuery.Read(context.Request.Query, out var error) is not { } query)
        {
            return new ProblemResult(ErrorCodes.InvalidRequest, error!);
        }

        var fitting = CapabilityView.List(index.Current, query.Text);
        var items = fitting.Skip((query.Page - 1) * query.Limit).Take(query.Limit);
        return Results.Json(
            new { items, total = fitting.Count, page = query.Page, limit = query.Limit, pages = (fitting.Count + query.Limit - 1) / query.Limit },
            WireJson.Options);
    }

    private static IResult Resolve(HttpContext context, CapabilityIndex index, AdmissionOptions access)
    {
        if (Read(context, access, out var cap) is { } refusal)
        {
            return refusal;
        }

        var known = index.Current;
        if (known.TryFindBest(cap!, out var best))
        {
            return Results.Json(CapabilityView.Resolution(cap!, best, known.FindAll(cap!)), WireJson.Options);
        }

        var missing = MissingCapability.Of(cap!, known);
        return new ProblemResult(ErrorCodes.CapNotFound, missing.Message, details: missing.Details);
    }

    private static IResult Explain(HttpContext context, CapabilityIndex index, AdmissionOptions access) =>
        Read(context, access, out var cap) ?? Results.Json(CapabilityView.Explanation(cap!, index.Current), WireJson.Options);

    private static ProblemResult? Read(HttpContext context, AdmissionOptions access, out CapUrn? cap)
    {
        cap = null;
        if (ApiAccess.Lacks(access, "tool:read") is { } refusal)
        {
            return refusal;
        }

        var given = context.Request.Query["cap"];
        if (given.Count != 1 || string.IsNullOrEmpty(given[0]))
        {
            return new ProblemResult(ErrorCodes.InvalidRequest, $"Query parameter cap must be given once, e.g. ?cap=cap:op=add; it is given {given.Count} times{(given.Count == 1 ? ", empty" : "")}.");
        }

        (cap, var problem) = CapParameter.Parse("cap", given[0]!);
        return problem;
    }
}
