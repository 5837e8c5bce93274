using Capns.Contracts.Executions;
using Capns.Messaging.Inbound;

namespace Capns.Discovery.Worker.Learning;

/// <summary>Whether a message's sender may teach (permission <c>learning:write</c>, platform spec 8.4).</summary>
internal interface ILearningRights
{
    /// <summary>Checks the sender, and that the agent is the sender's own where a token says who that is.</summary>
    /// <param name="inbound">The message, with its token or checked login.</param>
    /// <param name="agentId">The agent that the feedback names.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <returns>Null: it may. Else why not.</returns>
    Task<ErrorDetail?> CheckAsync(InboundEvent inbound, string agentId, CancellationToken cancellationToken);
}
