using Capns.Contracts.Executions;
using Capns.Core.Caps;
using Capns.Core.Dispatch;
using Capns.Core.Urns;
using Capns.Messaging.Outbound;

namespace Capns.Messaging.Capabilities;

/// <summary>Executes a capability through RabbitMQ: the platform chooses the provider, runs it in its sandbox, and answers. Thread-safe.</summary>
/// <remarks>
/// The provider is chosen for each call anew, by the request. When another one than at the start is chosen meanwhile, the call is
/// written for that one.
/// </remarks>
public sealed class BusCapSet : ICapSet
{
    private readonly BusCaps _caps;
    private BusProvider _provider;

    internal BusCapSet(BusCaps caps, BusProvider provider) => (_caps, _provider) = (caps, provider);

    /// <inheritdoc/>
    /// <exception cref="Capns.Core.Caps.Validation.CapValidationException">The call does not fit the arguments of the provider.</exception>
    /// <exception cref="CapArgumentException">A value cannot be written as the provider needs it.</exception>
    /// <exception cref="CapExecutionException">It was refused, failed or was cancelled.</exception>
    /// <exception cref="CapResultException">
    /// The result is too large for the bus, not what the capability promises, or of a provider that is not known any more.
    /// </exception>
    /// <exception cref="TimeoutException">It has not ended within <see cref="CapsClientOptions.CallTimeout"/>; it is being cancelled.</exception>
    /// <exception cref="MessageNotConfirmedException">The broker did not confirm the request within 30 s; it is being cancelled.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; so is the execution, if a registry has taken it up.</exception>
    public async Task<CapResult> ExecuteAsync(CapUrn request, CapCall call, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var provider = Volatile.Read(ref _provider);
        ToolExecutionResult result;
        try
        {
            result = await _caps.RunAsync(request, ParameterMapping.ToParameters(call, provider.Definition), cancellationToken);
        }
        catch (CapExecutionException refused) when (refused.Code == ErrorCodes.InvalidParameters.Code)
        {
            // Written for a provider that is not the best one any more? Then nothing has run yet.
            var now = await _caps.FindAsync(request, cancellationToken);
            if (now.Slug == provider.Slug && now.Definition == provider.Definition)
            {
                throw;
            }

            Volatile.Write(ref _provider, provider = now);
            result = await _caps.RunAsync(request, ParameterMapping.ToParameters(call, now.Definition), cancellationToken);
        }

        return Read(result, provider.Gave(result) ? provider.Definition : await DefinitionOfAsync(result, request, cancellationToken));
    }

    /// <summary>How the result of a provider is read that was chosen since the call was written.</summary>
    private async Task<Cap> DefinitionOfAsync(ToolExecutionResult result, CapUrn request, CancellationToken cancellationToken)
    {
        var ran = $"Tool {result.Provider} {result.ToolVersion} has run, and is not the provider any more: "
            + $"nobody says how its result is read. It lies at execution {result.ExecutionId}.";
        try
        {
            var now = await _caps.FindAsync(request, cancellationToken);
            Volatile.Write(ref _provider, now);
            return now.Gave(result) ? now.Definition : throw new CapResultException(ran);
        }
        catch (Exception failure) when (failure is NoSetsFoundException or CapExecutionException or TimeoutException)
        {
            throw new CapResultException(ran);
        }
    }

    internal static CapResult Read(ToolExecutionResult result, Cap definition) => result.ResultRef is { } reference
        ? throw new CapResultException(
            $"The result has {reference.Bytes} bytes, more than travels on the bus or by a level that may not; it lies at {reference.Uri} of the registry.")
        : ParameterMapping.ToResult(result.Result, definition);
}
