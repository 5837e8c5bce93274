using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Core.Urns;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Capabilities;

namespace Capns.Registry.Worker.Api;

/// <summary>What the tools can do, over HTTP: <c>/api/v1/capabilities</c> (platform spec 4.3). A view: nothing is stored.</summary>
internal static class CapabilitiesApi
{
    private const string Path = "/api/v1/capabilities";

    /// <summary>Maps the paths.</summary>
    public static void MapCapabilitiesApi(this IEndpointRouteBuilder app)
    {
        app.MapGet(Path, List).Requires("tool:read")
            .Describe("Capabilities", "List what the tools can do").Filter("q", "part of the capability, or of a tool that has it").Pages().Gives<PageOf<CapabilityItem>>();
        app.MapGet($"{Path}/resolve", Resolve).Requires("tool:read")
            .Describe("Capabilities", "Find who provides a capability").Filter("cap", "capability URN").Gives<JsonElement>().Refuses(ErrorCodes.InvalidCap, ErrorCodes.CapNotFound);
        app.MapGet($"{Path}/explain", Explain).Requires("tool:read")
            .Describe("Capabilities", "Say why a request gets the provider it gets").Filter("cap", "capability URN").Gives<JsonElement>().Refuses(ErrorCodes.InvalidCap);
    }

    private static IResult List(HttpContext context, CapabilityIndex index)
    {
        var query = new QueryReader(context.Request.Query);
        var (text, paging) = (query.Text("q"), query.Paging());
        if (query.Problem is { } problem)
        {
            return problem;
        }

        var fitting = CapabilityView.List(index.Current, text);
        return Results.Json(paging.Of([.. fitting.Skip(paging.Skip).Take(paging.Limit)], fitting.Count), WireJson.Options);
    }

    private static IResult Resolve(HttpContext context, CapabilityIndex index)
    {
        if (Read(context, out var cap) is { } refusal)
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

    private static IResult Explain(HttpContext context, CapabilityIndex index) =>
        Read(context, out var cap) ?? Results.Json(CapabilityView.Explanation(cap!, index.Current), WireJson.Options);

    private static ProblemResult? Read(HttpContext context, out CapUrn? cap)
    {
        cap = null;
        var given = context.Request.Query["cap"];
        if (given.Count != 1 || string.IsNullOrEmpty(given[0]))
        {
            return new ProblemResult(ErrorCodes.InvalidRequest, $"Query parameter cap must be given once, e.g. ?cap=cap:op=add; it is given {given.Count} times{(given.Count == 1 ? ", empty" : "")}.");
        }

        (cap, var problem) = CapParameter.Parse("cap", given[0]!);
        return problem;
    }
}
