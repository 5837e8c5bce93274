using Capns.Access.Login;
using Capns.Access.Rules;
using Capns.Access.Tokens;
using Capns.Registry.Worker.Access.Keys;

namespace Capns.Registry.Worker.Streams.Live.Logins;

/// <inheritdoc cref="IStandingLogins"/>
internal sealed class StandingLogins(AccessState state, TokenCallers tokens, ApiKeyCallers keys) : IStandingLogins
{
    public async ValueTask<long> RevisionAsync(CancellationToken cancellationToken) => (await state.CurrentAsync(cancellationToken)).Revision;

    public async ValueTask<StandingLogin> ReadAsync(string credential, CancellationToken cancellationToken)
    {
        if (ApiKeyText.TryRead(credential, out var key))
        {
            return new StandingLogin(await keys.ReadAsync(key, cancellationToken));
        }

        var (caller, problem) = await tokens.ReadAsync(credential, cancellationToken);
        return new StandingLogin(caller, problem == TokenProblem.Unavailable);
    }
}
