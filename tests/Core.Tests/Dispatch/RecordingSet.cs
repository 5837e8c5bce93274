using Capns.Core.Dispatch;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Dispatch;

/// <summary>An executor that remembers what it was called with and gives what it is told to.</summary>
internal sealed class RecordingSet(CapResult result) : ICapSet
{
    public List<(CapUrn Request, CapCall Call)> Calls { get; } = [];

    public Task<CapResult> ExecuteAsync(CapUrn request, CapCall call, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Calls.Add((request, call));
        return Task.FromResult(result);
    }
}
