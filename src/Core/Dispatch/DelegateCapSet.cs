using Capns.Core.Urns;

namespace Capns.Core.Dispatch;

/// <summary>An executor that is one function. As thread-safe as the function is.</summary>
/// <param name="execute">Gets the request and what it is done with.</param>
public sealed class DelegateCapSet(Func<CapUrn, CapCall, CancellationToken, Task<CapResult>> execute) : ICapSet
{
    /// <summary>An executor that makes text of a call, without waiting for anything.</summary>
    /// <param name="execute">Gets the request and what it is done with.</param>
    public static DelegateCapSet FromText(Func<CapUrn, CapCall, string> execute) =>
        new((request, call, _) => Task.FromResult(CapResult.FromText(execute(request, call))));

    /// <inheritdoc />
    public Task<CapResult> ExecuteAsync(CapUrn request, CapCall call, CancellationToken cancellationToken = default) =>
        execute(request, call, cancellationToken);
}
