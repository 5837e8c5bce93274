using Capns.Hosting;
using Capns.Hosting.Health;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Capns.Registry.Worker.Operations;

/// <summary>Registers what tells operators how the platform is.</summary>
internal static class OperationsExtensions
{
    private static readonly string[] GraphSchemes = ["bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc"];

    /// <summary>Requires <c>AddPersistence</c> and <c>AddRedis</c>. Reads <c>NEO4J_URL</c>, else <c>NEO4J_URI</c>.</summary>
    /// <exception cref="Hosting.Configuration.SettingException">The address cannot be used.</exception>
    public static void AddOperations(this CapnsHostBuilder builder)
    {
        var graph = builder.Environment.Url("NEO4J_URL", GraphSchemes) ?? builder.Environment.Url("NEO4J_URI", GraphSchemes);
        var services = builder.Services;
        services.TryAddSingleton<RunnerStore>();
        services.TryAddSingleton<RunnerHeartbeatConsumer>();
        services.AddHostedService<ApprovalSampler>();
        services.TryAddSingleton<ExecutionRetention>();
        services.AddHostedService(provider => provider.GetRequiredService<ExecutionRetention>());
        services.AddSingleton<IHealthPart>(_ => new GraphPart(graph));
        services.AddSingleton<IHealthPart, RunnersPart>();
        services.AddSingleton<IHealthPart, StreamingPart>();
        services.AddSingleton<IHealthPart, WorkflowPart>();
        services.AddSingleton<IHealthPart, WorkPart>();
    }
}
