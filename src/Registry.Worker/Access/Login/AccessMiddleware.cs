using System.Globalization;
using System.Text.Json;
using Capns.Access;
using Capns.Access.Rules;
using Capns.Contracts.Executions;
using Capns.Hosting.Configuration;
using Capns.Registry.Worker.Access.Rules;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.Extensions.Primitives;

namespace Capns.Registry.Worker.Access.Login;

/// <summary>Finds out who asks before any endpoint runs, and holds every path to what it demands (platform spec 4.1, 8.1).</summary>
/// <remarks>A path that demands nothing still needs a login, and so does one that does not exist; only the listed ones do not.</remarks>
internal sealed class AccessMiddleware(RequestDelegate next, ILogins logins, AccessControl access, ServiceSettings service)
{
    private const string KeyHeader = "X-API-Key";
    private const string Scheme = "Bearer ";

    /// <summary>Reads a client's login itself: it has another form.</summary>
    public const string TokenPath = "/oauth/token";

    private static readonly HashSet<string> OpenPaths = new(StringComparer.Ordinal)
    {
        "/health", "/health/live", "/health/ready", "/openapi.json", "/asyncapi.json", TokenPath,
    };

    public async Task InvokeAsync(HttpContext context)
    {
        if (IsOpen(context))
        {
            context.Features.Set(Callers.Nobody);
            await next(context);
            return;
        }

        var endpoint = context.GetEndpoint();
        var mayBeNobody = endpoint?.Metadata.GetMetadata<NeedsNoLogin>() is not null;
        var problem = await FindProblemAsync(context, mayBeNobody, Demand(context, endpoint));
        if (problem is not null)
        {
            await problem.ExecuteAsync(context);
            return;
        }

        await next(context);
    }

    private static string? Demand(HttpContext context, Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<RequiredPermission>()?.Permission
        ?? (context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase) ? PermissionNames.ReadHealth : null);

    private bool IsOpen(HttpContext context) =>
        OpenPaths.Contains(context.Request.Path.Value ?? "")
        || context.GetEndpoint()?.Metadata.GetMetadata<ReadsLoginItself>() is not null
        || (service.MetricsPort is { } port && context.Connection.LocalPort == port && context.Request.Path == "/metrics");

    /// <summary>Without PostgreSQL nobody can say who may do what: an answer of yesterday's rules would be none.</summary>
    private async Task<ProblemResult?> FindProblemAsync(HttpContext context, bool mayBeNobody, string? permission)
    {
        try
        {
            return await FindCallerAsync(context, mayBeNobody) ?? await CheckAsync(context, permission);
        }
        catch (Exception exception) when (DatabaseFaults.Of(exception) == DatabaseFault.Outage)
        {
            return new ProblemResult(
                ErrorCodes.ServiceUnavailable, "The database is away, and with it the rules of access. Try again in a few seconds.");
        }
    }

    private async Task<ProblemResult?> FindCallerAsync(HttpContext context, bool mayBeNobody)
    {
        var (credential, mistake) = Credential(context.Request.Headers);
        if (mistake is not null)
        {
            return Unauthenticated(context, mistake, wasTried: true);
        }

        if (credential is null)
        {
            context.Features.Set(Callers.Nobody);
            return mayBeNobody ? null : Unauthenticated(
                context, $"This path needs a login: header Authorization with Bearer and a token, or header {KeyHeader}.", wasTried: false);
        }

        var address = context.Connection.RemoteIpAddress?.ToString() ?? "unknown";
        var reading = await logins.ReadAsync(credential, address, context.TraceIdentifier, context.RequestAborted);
        if (reading.Caller is { } caller)
        {
            context.Features.Set(caller);
            return null;
        }

        return reading.Code == ErrorCodes.Unauthenticated
            ? Unauthenticated(context, reading.Message!, wasTried: true)
            : NotNow(context, reading);
    }

    private static ProblemResult NotNow(HttpContext context, LoginReading reading)
    {
        if (reading.RetryAfter is not { } wait)
        {
            return new ProblemResult(reading.Code!, reading.Message!);
        }

        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var details = JsonSerializer.SerializeToElement(new { retryAfterMs = (long)Math.Ceiling(wait.TotalMilliseconds) });
        return new ProblemResult(reading.Code!, reading.Message!, details: details);
    }

    private async Task<ProblemResult?> CheckAsync(HttpContext context, string? permission)
    {
        if (permission is null)
        {
            return null;
        }

        var decision = await access.DecideAsync(context.Caller(), new AccessQuestion { Action = permission }, context.RequestAborted);
        return decision.Effect switch
        {
            AccessEffect.Allowed => null,
            AccessEffect.NeedsApproval =>
                new ProblemResult(ErrorCodes.InsufficientPermissions, $"{decision.Reason} Only executions can be approved."),
            _ => new ProblemResult(ErrorCodes.InsufficientPermissions, decision.Reason),
        };
    }

    /// <summary>What the caller shows: one token or key, once. Two would leave it open who asks.</summary>
    private static (string? Credential, string? Mistake) Credential(IHeaderDictionary headers)
    {
        var (authorization, key) = (headers.Authorization, headers[KeyHeader]);
        if (StringValues.IsNullOrEmpty(authorization) && StringValues.IsNullOrEmpty(key))
        {
            return authorization.Count + key.Count == 0 ? (null, null) : (null, "The login is empty.");
        }

        if (authorization.Count + key.Count != 1)
        {
            return (null, "Exactly one login can be given; there are several.");
        }

        if (key.Count == 1)
        {
            return IsText(key[0]!) ? (key[0], null) : (null, "The login is not valid.");
        }

        var given = authorization[0]!;
        return given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && IsText(given[Scheme.Length..])
            ? (given[Scheme.Length..], null)
            : (null, "Header Authorization must be Bearer, one space, and a token.");
    }

    private static bool IsText(string text) => text.Length > 0 && text.All(letter => letter is > ' ' and <= '~');

    private static ProblemResult Unauthenticated(HttpContext context, string message, bool wasTried)
    {
        context.Response.Headers.WWWAuthenticate = wasTried ? "Bearer realm=\"capns\", error=\"invalid_token\"" : "Bearer realm=\"capns\"";
        return new ProblemResult(ErrorCodes.Unauthenticated, message);
    }
}
