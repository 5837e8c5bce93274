using Capns.Discovery.Worker.Learning.Relations;
using Capns.Discovery.Worker.Learning.Similarity;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Capns.Discovery.Worker.Learning;

/// <summary>Everything that learns. Who may teach (<see cref="ILearningRights"/>) is for the rights to say.</summary>
internal static class LearningExtensions
{
    public static IServiceCollection AddLearning(this IServiceCollection services)
    {
        services.TryAddSingleton<LearningMeter>();
        services.TryAddSingleton<LearningStore>();
        services.TryAddSingleton<FeedbackDoor>();
        services.TryAddSingleton<RelationStore>();
        services.TryAddSingleton<SimilarityUpdate>();
        services.TryAddSingleton<ToolFactsReader>();
        services.TryAddSingleton<FactsWatch>();
        services.TryAddSingleton<NightlyWork>();
        services.AddHostedService(provider => provider.GetRequiredService<FactsWatch>());
        services.AddHostedService(provider => provider.GetRequiredService<NightlyWork>());
        return services;
    }
}
