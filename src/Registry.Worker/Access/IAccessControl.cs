using Capns.Access;
using Capns.Registry.Worker.Persistence;

namespace Capns.Registry.Worker.Access;

/// <summary>Decides who may do what: roles, grants, policies (platform spec 8.2, 8.3). Thread-safe.</summary>
internal interface IAccessControl
{
    /// <summary>Answers one question; never throws for what a caller lacks.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="question">What for.</param>
    /// <param name="db">For look-ups only; nothing is written.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    ValueTask<AccessDecision> DecideAsync(
        Caller caller, AccessQuestion question, RegistryDbContext db, CancellationToken cancellationToken);
}
