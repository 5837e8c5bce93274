using Capns.Contracts;

namespace Capns.Messaging.Topology;

/// <summary>Names of the queues (platform spec 3.3). A receive exchange has the name of its queue.</summary>
public static class QueueNames
{
    /// <summary>Requests for executions.</summary>
    public const string ExecutionRequests = "capns.registry.execution-requests";

    /// <summary>Requests to end executions; apart, so that a long queue of requests never delays them.</summary>
    public const string ExecutionCancellations = "capns.registry.execution-cancellations";

    /// <summary>Decisions about approvals.</summary>
    public const string ApprovalDecisions = "capns.registry.approval-decisions";

    /// <summary>Decisions of the security gateway.</summary>
    public const string GatewayApprovals = "capns.registry.gateway-approvals";

    /// <summary>What runners report.</summary>
    public const string RunReports = "capns.registry.run-reports";

    /// <summary>All dead letters.</summary>
    public const string DeadLetters = "capns.registry.dead-letters";

    /// <summary>Requests for tools.</summary>
    public const string DiscoveryRequests = "capns.discovery.requests";

    /// <summary>Changes of the catalogue.</summary>
    public const string DiscoveryCatalogue = "capns.discovery.catalogue";

    /// <summary>What tools are learnt from.</summary>
    public const string DiscoveryLearning = "capns.discovery.learning";

    /// <summary>What people change in the graph of tools; sent to by the registry.</summary>
    public const string DiscoveryCommands = "capns.discovery.commands";

    /// <summary>The queue of one pool and priority: <c>capns.runner.&lt;pool&gt;.&lt;priority&gt;</c>.</summary>
    public static string Runner(string pool, Priority priority) => $"capns.runner.{pool}.{Word(priority)}";

    /// <summary>The queue on which one instance hears <c>capns.control</c>.</summary>
    public static string Instance(string instanceId) => $"capns.instance.{instanceId}";

    private static string Word(Priority priority) => priority switch
    {
        Priority.Low => "low",
        Priority.Normal => "normal",
        Priority.High => "high",
        _ => throw new ArgumentOutOfRangeException(nameof(priority), priority, "Must be low, normal or high."),
    };
}
