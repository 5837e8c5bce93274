using System.Globalization;
using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access;

namespace Capns.Registry.Worker.Api.Limits;

/// <summary>Refuses who asks too often with 429, and tells everybody what is left (platform spec 4.2, 5.4).</summary>
/// <remarks>Stands behind the login: the limit is the caller's. Who has none is counted by address.</remarks>
internal sealed class RequestLimits(RequestDelegate next, RequestWindow windows, RequestLimitOptions options)
{
    public async Task InvokeAsync(HttpContext context)
    {
        // Without regard to case, as routing reads a path.
        if (!context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
        {
            await next(context);
            return;
        }

        var who = Who(context);
        var state = await windows.TakeAsync($"ratelimit:{who}:api", options.Requests, options.Window);
        if (state.Allowed && context.GetEndpoint()?.Metadata.GetMetadata<RegistrationMark>() is not null)
        {
            var registrations = await windows.TakeAsync($"ratelimit:{who}:register", options.Registrations, options.Window);
            state = registrations.Allowed ? state : registrations;
        }

        var headers = context.Response.Headers;
        headers["RateLimit-Limit"] = state.Limit.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Remaining"] = state.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Reset"] = state.ResetSeconds.ToString(CultureInfo.InvariantCulture);
        await (state.Allowed ? next(context) : Refusal(state).ExecuteAsync(context));
    }

    private static string Who(HttpContext context)
    {
        var caller = context.Caller();
        return caller.IsKnown ? caller.Id : $"anonymous@{context.Connection.RemoteIpAddress}";
    }

    private ProblemResult Refusal(WindowState state)
    {
        var retryAfterMs = (long)Math.Max(1, state.Left.TotalMilliseconds);
        return new ProblemResult(
            ErrorCodes.RateLimited,
            $"At most {state.Limit} requests of this kind in {options.Window.TotalMilliseconds} ms; try again in {retryAfterMs} ms.",
            details: JsonSerializer.SerializeToElement(new { retryAfterMs, limit = state.Limit }, WireJson.Options))
        {
            Header = ("Retry-After", state.ResetSeconds.ToString(CultureInfo.InvariantCulture)),
        };
    }
}

/// <summary>Metadata of an endpoint that counts as a registration.</summary>
internal sealed record RegistrationMark;

/// <summary>What an endpoint counts as.</summary>
internal static class LimitedEndpoint
{
    /// <summary>Counts against RATE_LIMIT_REGISTRATIONS too.</summary>
    public static TBuilder CountsAsRegistration<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RegistrationMark());
}
