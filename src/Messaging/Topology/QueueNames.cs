using Capns.Contracts;

namespace Capns.Messaging.Topology;

/// <summary>Names of the queues (platform spec 3.3). A receive exchange has the name of its queue.</summary>
public static class QueueNames
{
    public const string ExecutionRequests = "capns.registry.execution-requests";
    public const string ExecutionCancellations = "capns.registry.execution-cancellations";
    public const string RunReports = "capns.registry.run-reports";
    public const string DeadLetters = "capns.registry.dead-letters";
    public const string DiscoveryRequests = "capns.discovery.requests";
    public const string DiscoveryCatalogue = "capns.discovery.catalogue";
    public const string DiscoveryLearning = "capns.discovery.learning";

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
