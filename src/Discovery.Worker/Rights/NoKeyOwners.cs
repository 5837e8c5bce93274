using Capns.Access;
using Capns.Access.Keys;

namespace Capns.Discovery.Worker.Rights;

/// <summary>
/// What a token says of its owner's API keys is noted by the registry, where the keys are used; this worker writes to no table of the
/// registry's.
/// </summary>
internal sealed class NoKeyOwners : IKeyOwners
{
    public ValueTask SawAsync(Caller caller, DateTimeOffset? issuedAt, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
