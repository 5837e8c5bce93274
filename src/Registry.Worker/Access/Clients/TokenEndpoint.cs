using Capns.Access;
using Capns.Access.Keys;
using Capns.Access.Login;
using Capns.Access.Rules;
using Capns.Access.Tokens;
using Capns.Registry.Worker.Access.Keys;
using Capns.Registry.Worker.Access.Login;
using Capns.Registry.Worker.Persistence.Transactions;

namespace Capns.Registry.Worker.Access.Clients;

/// <summary><c>POST /oauth/token</c>: tokens for our service accounts by client credentials (RFC 6749, 4.4; platform spec 8.1).</summary>
/// <remarks>The client's secret is an API key of the account: so it ends, can be revoked and exchanged like any other.</remarks>
internal sealed class TokenEndpoint(
    AccessOptions options, AccessState state, ApiKeyCallers keys, LoginLimiter limiter, LoginAudit audit, TimeProvider time)
{
    private readonly OwnIssuer? _issuer = options.Logins.TakesOAuth && options.Logins.JwtSecret is { } secret
        ? new OwnIssuer(LoginSettings.OwnIssuer, options.Logins.JwtAudience, secret)
        : null;

    /// <summary>Answers one request.</summary>
    public async Task<IResult> AnswerAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Pragma = "no-cache";
        var (form, mistake) = await TokenRequest.ReadAsync(context.Request, context.RequestAborted);
        if (form is null)
        {
            return new OAuthError("invalid_request", mistake!);
        }

        if (form.GrantType != "client_credentials")
        {
            return new OAuthError("unsupported_grant_type", "grant_type must be client_credentials.");
        }

        return _issuer is null
            ? new OAuthError(
                "unsupported_grant_type", "This registry makes no tokens: JWT_SECRET is not set, or AUTH_METHODS has no oauth.")
            : await TryIssueAsync(context, form, _issuer);
    }

    private async Task<IResult> TryIssueAsync(HttpContext context, TokenRequest form, OwnIssuer issuer)
    {
        try
        {
            return await IssueAsync(context, form, issuer);
        }
        catch (Exception exception) when (DatabaseFaults.Of(exception) == DatabaseFault.Outage)
        {
            return new OAuthError(
                "temporarily_unavailable", "The database is away. Try again in a few seconds.", StatusCodes.Status503ServiceUnavailable);
        }
    }

    private async Task<IResult> IssueAsync(HttpContext context, TokenRequest form, OwnIssuer issuer)
    {
        var address = context.Connection.RemoteIpAddress?.ToString() ?? "unknown";
        var text = ApiKeyText.TryRead(form.ClientSecret, out var read) ? read : (ApiKeyText?)null;
        if (limiter.Blocked(form.ClientSecret, address, text?.Id) is { } wait)
        {
            context.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds))
                .ToString(System.Globalization.CultureInfo.InvariantCulture);
            return new OAuthError("invalid_client", "Too many logins have failed.", StatusCodes.Status429TooManyRequests);
        }

        var key = text is { } known ? await keys.FindAsync(known, context.RequestAborted) : null;
        var account = (await state.CurrentAsync(context.RequestAborted)).AccountByClient(form.ClientId);
        if (key is null || account is null || !key.IsOf(CallerKind.Service, account.Name))
        {
            if (await limiter.NoteFailureAsync(form.ClientSecret, address, text?.Id))
            {
                await audit.FailedAsync(
                    "client", form.ClientId, "client credentials", address, context.TraceIdentifier, context.RequestAborted);
            }

            context.Response.Headers.WWWAuthenticate = "Basic realm=\"capns\"";
            return new OAuthError("invalid_client", "The client is not known or its secret is wrong.", StatusCodes.Status401Unauthorized);
        }

        limiter.NoteSuccess(form.ClientSecret);
        await keys.NoteUseAsync(key, context.RequestAborted);
        return Answer(form, key, issuer);
    }

    private IResult Answer(TokenRequest form, ApiKey key, OwnIssuer issuer)
    {
        var scopes = form.Scopes.Count > 0 ? form.Scopes : key.Scopes;
        if (!key.Scopes.Contains(PermissionNames.Everything) && scopes.FirstOrDefault(scope => !key.Scopes.Contains(scope)) is not null)
        {
            return new OAuthError("invalid_scope", "scope asks for more than the client's key has.");
        }

        if (scopes.FirstOrDefault(scope => scope != PermissionNames.Everything && !PermissionNames.IsWord(scope)) is { } bad)
        {
            return new OAuthError("invalid_scope", $"scope must hold permissions such as tool:read; it holds {Reading.Preview.Of(bad)}.");
        }

        if (string.Join(' ', scopes).Length > TokenClaims.MaxScope)
        {
            return new OAuthError(
                "invalid_scope", $"scope must have at most {TokenClaims.MaxScope} characters; the client's key has more: ask for some.");
        }

        var now = time.GetUtcNow();
        var lifetime = key.ExpiresAt - now < OwnIssuer.Lifetime ? key.ExpiresAt - now : OwnIssuer.Lifetime;
        return Results.Json(new Dictionary<string, object>
        {
            ["access_token"] = issuer.Issue(form.ClientId, key.Id, scopes, now, lifetime),
            ["token_type"] = "Bearer",
            ["expires_in"] = (int)lifetime.TotalSeconds,
            ["scope"] = string.Join(' ', scopes),
        });
    }
}

/// <summary>An error of RFC 6749, 5.2.</summary>
internal sealed class OAuthError(string error, string description, int status = StatusCodes.Status400BadRequest) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) =>
        Results.Json(new Dictionary<string, string> { ["error"] = error, ["error_description"] = description }, statusCode: status)
            .ExecuteAsync(httpContext);
}
