namespace Capns.Registry.Worker.Api.Idempotency;

/// <summary>What a handler knows of the key its request has.</summary>
internal static class IdempotentEndpoint
{
    /// <summary>Reads header <c>Idempotency-Key</c>.</summary>
    public static RouteHandlerBuilder Idempotent(this RouteHandlerBuilder endpoint) =>
        endpoint.AddEndpointFilter<IdempotencyFilter>().WithMetadata(new IdempotentMark());

    /// <summary>The id for what the request makes, and whether an earlier try may have made it. Absent without a key.</summary>
    public static IdempotencyClaim? IdempotencyClaim(this HttpContext context) => context.Features.Get<IdempotencyClaim>();
}

/// <summary>Metadata of an endpoint, for its description.</summary>
internal sealed record IdempotentMark;
