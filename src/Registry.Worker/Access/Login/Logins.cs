using Capns.Access;
using Capns.Access.Login;
using Capns.Access.Tokens;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Access.Keys;

namespace Capns.Registry.Worker.Access.Login;

/// <inheritdoc cref="ILogins"/>
internal sealed class Logins(
    AccessOptions options, TokenCallers tokens, ApiKeyCallers keys, LoginLimiter limiter, LoginAudit audit) : ILogins
{
    public async ValueTask<LoginReading> ReadAsync(
        string credential, string address, string? requestId, CancellationToken cancellationToken)
    {
        var isKey = credential.StartsWith(ApiKeyText.Prefix + "_", StringComparison.Ordinal);
        var key = isKey && ApiKeyText.TryRead(credential, out var read) ? read : (ApiKeyText?)null;
        if (limiter.Blocked(credential, address, key?.Id) is { } wait)
        {
            return TooMany(wait);
        }

        var (caller, problem) = isKey ? await ReadKeyAsync(key, cancellationToken) : await tokens.ReadAsync(credential, cancellationToken);
        if (caller is not null)
        {
            limiter.NoteSuccess(credential);
            return new LoginReading(caller);
        }

        if (problem == TokenProblem.Unavailable)
        {
            return new LoginReading(null, ErrorCodes.ServiceUnavailable, problem.Sentence());
        }

        // The end of a genuine token is nobody's attempt to get in.
        if (problem != TokenProblem.Expired && await limiter.NoteFailureAsync(credential, address, key?.Id))
        {
            await audit.FailedAsync(isKey ? "api-key" : "token", key?.Id, problem.ToString(), address, requestId, cancellationToken);
        }

        return new LoginReading(null, ErrorCodes.Unauthenticated, problem.Sentence());
    }

    private static LoginReading TooMany(TimeSpan wait) => new(
        null, ErrorCodes.RateLimited, $"Too many logins have failed. Try again in {(int)Math.Ceiling(wait.TotalSeconds)} s.", wait);

    private async ValueTask<(Caller? Caller, TokenProblem Problem)> ReadKeyAsync(ApiKeyText? key, CancellationToken cancellationToken)
    {
        if (!options.Logins.TakesApiKeys)
        {
            return (null, TokenProblem.Issuer);
        }

        var caller = key is { } text ? await keys.ReadAsync(text, cancellationToken) : null;
        return (caller, caller is null ? TokenProblem.Key : TokenProblem.None);
    }
}
