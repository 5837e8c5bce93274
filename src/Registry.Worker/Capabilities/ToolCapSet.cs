using Capns.Core.Caps;
using Capns.Core.Dispatch;
using Capns.Core.Matching;
using Capns.Core.Urns;
using Capns.Messaging.Capabilities;

namespace Capns.Registry.Worker.Capabilities;

/// <summary>A tool of the catalogue as an executor of capabilities: a call through the block runs it like any request for it. Thread-safe.</summary>
internal sealed class ToolCapSet(ToolProvider tool, IToolExecution execution) : ICapSet
{
    public Task<CapResult> ExecuteAsync(CapUrn request, CapCall call, CancellationToken cancellationToken = default)
    {
        var best = CapMatcher.FindBestMatch(tool.Offered.Urns, request) ?? throw new NoSetsFoundException(request);
        return execution.ExecuteAsync(tool, tool.Offered.Caps.First(cap => ReferenceEquals(cap.Urn, best)), call, cancellationToken);
    }
}

/// <summary>Runs a tool for a call.</summary>
internal interface IToolExecution
{
    /// <summary>Runs the latest version of the tool once, to its end.</summary>
    Task<CapResult> ExecuteAsync(ToolProvider tool, Cap definition, CapCall call, CancellationToken cancellationToken);
}

/// <summary>Runs it through the bus, past the same gates as everybody's requests.</summary>
internal sealed class ToolRuns(BusCaps caps) : IToolExecution
{
    public Task<CapResult> ExecuteAsync(ToolProvider tool, Cap definition, CapCall call, CancellationToken cancellationToken) =>
        caps.ExecuteToolAsync(tool.ToolId.ToString(), definition, call, cancellationToken);
}
