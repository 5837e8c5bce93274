using Capns.Contracts.Executions;
using Capns.Core.Caps;
using Capns.Core.Dispatch;
using Capns.Core.Urns;

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
    /// <exception cref="CapResultException">The result is too large for the bus, or not what the capability promises.</exception>
    /// <exception cref="TimeoutException">It has not ended within <see cref="CapsClientOptions.CallTimeout"/>; it is being cancelled.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; so is the execution.</exception>
    public async Task<CapResult> ExecuteAsync(CapUrn request, CapCall call, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var provider = Volatile.Read(ref _provider);
        try
        {
            var result = await _caps.RunAsync(request, ParameterMapping.ToParameters(call, provider.Definition), cancellationToken);
            return Read(result, (await KnownAsync(request, result.Provider, provider, cancellationToken)).Definition);
        }
        catch (CapExecutionException refused) when (refused.Code == ErrorCodes.InvalidParameters.Code)
        {
            // Written for a provider that is not the best one any more? Then nothing has run yet.
            var now = await _caps.FindAsync(request, cancellationToken);
            if (now.Slug == provider.Slug && now.Definition == provider.Definition)
            {
                throw;
            }

            Volatile.Write(ref _provider, now);
            return Read(await _caps.RunAsync(request, ParameterMapping.ToParameters(call, now.Definition), cancellationToken), now.Definition);
        }
    }

    private async Task<BusProvider> KnownAsync(CapUrn request, string? ran, BusProvider known, CancellationToken cancellationToken)
    {
        if (ran == known.Slug)
        {
            return known;
        }

        var now = await _caps.FindAsync(request, cancellationToken);
        Volatile.Write(ref _provider, now);
        return now;
    }

    internal static CapResult Read(ToolExecutionResult result, Cap definition) => result.ResultRef is { } reference
        ? throw new CapResultException(
            $"The result has {reference.Bytes} bytes, more than travels on the bus or by a level that may not; it lies at {reference.Uri} of the registry.")
        : ParameterMapping.ToResult(result.Result, definition);
}
