using Capns.Access;
using Capns.Access.Rules;
using Capns.Registry.Worker.Persistence;

namespace Capns.Registry.Worker.Access.Rules;

/// <inheritdoc cref="IAccessControl"/>
internal sealed class AccessControl(AccessState state, TimeProvider time) : IAccessControl
{
    public async ValueTask<AccessDecision> DecideAsync(
        Caller caller, AccessQuestion question, RegistryDbContext db, CancellationToken cancellationToken) =>
        await DecideAsync(caller, question, cancellationToken);

    /// <summary>The same where there is no database at hand: the rules are in memory.</summary>
    public async ValueTask<AccessDecision> DecideAsync(Caller caller, AccessQuestion question, CancellationToken cancellationToken) =>
        AccessAlgebra.Decide(caller, question, await state.CurrentAsync(cancellationToken), time.GetUtcNow());
}
