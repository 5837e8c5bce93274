using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Commands;
using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Learning;
using Capns.Discovery.Worker.Persistence;
using Capns.Discovery.Worker.Recommendations;
using Capns.Discovery.Worker.Requests;
using Capns.Discovery.Worker.Rights;
using Capns.Discovery.Worker.Search;
using Capns.Hosting;
using Capns.Hosting.Configuration;
using Capns.Hosting.Postgres;
using Capns.Messaging;
using Capns.Messaging.Endpoints;
using Capns.Messaging.Outbound;
using Capns.Messaging.Topology;
using MassTransit;

namespace Capns.Discovery.Worker;

/// <summary>Everything this worker consists of.</summary>
internal static class DiscoveryExtensions
{
    public static void AddDiscovery(this CapnsHostBuilder builder)
    {
        builder.Services.AddCapnsMessaging(builder.AddRabbitMq().ToBus(builder.Service));
        builder.ServeHttpFirst();
        builder.AddRedis();
        builder.AddDatabase();
        builder.AddRights();
        builder.AddGraph();
        builder.Services.AddCatalogue();
        builder.Services.AddLearning();
        builder.Services.AddAnswers();
        builder.Services.AddMassTransit(bus =>
        {
            bus.AddConsumer<CatalogueConsumer>();
            bus.AddConsumer<LearningConsumer>();
            bus.AddConsumer<DiscoveryRequestConsumer>();
            bus.AddCommands();
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.CapnsHost(context);
                rabbit.Endpoint<CatalogueConsumer>(context, QueueNames.DiscoveryCatalogue);
                rabbit.Endpoint<LearningConsumer>(context, QueueNames.DiscoveryLearning);
                rabbit.Endpoint<DiscoveryRequestConsumer>(context, QueueNames.DiscoveryRequests);
                rabbit.CommandEndpoint(context, IsOutage);
            });
        });
    }

    private static void AddCatalogue(this IServiceCollection services)
    {
        services.AddSingleton<CatalogueReader>();
        services.AddSingleton<CurrentIndex>();
        services.AddSingleton<ICatalogueFollower>(provider => provider.GetRequiredService<CurrentIndex>());
        services.AddSingleton<CatalogueWatch>();
        services.AddSingleton<CatalogueEffects>();
        services.AddHostedService(provider => provider.GetRequiredService<CatalogueWatch>());
        services.AddHostedService(provider => provider.GetRequiredService<CatalogueEffects>());
    }

    private static void AddAnswers(this IServiceCollection services)
    {
        services.AddSingleton<DiscoveryMeter>();
        services.AddSingleton<CurrentFacts>();
        services.AddSingleton<Situations>();
        services.AddSingleton<RelationAnswers>();
        services.AddSingleton<ParameterSchemas>();
        services.AddSingleton<DiscoveryAnswers>();
        services.AddSingleton<AskingAgents>();
        services.AddSingleton<RecommendationUpdates>();
        services.AddHostedService(provider => provider.GetRequiredService<RecommendationUpdates>());
        services.AddSingleton<IRelationCommands, RelationCommands>();
        services.AddSingleton<IGraphRebuild, GraphRebuild>();
    }

    private static void Endpoint<TConsumer>(this IRabbitMqBusFactoryConfigurator rabbit, IBusRegistrationContext context, string queue)
        where TConsumer : class, IConsumer =>
        rabbit.CapnsEndpoint(context, queue, endpoint => endpoint.ConfigureConsumer<TConsumer>(context), isOutage: IsOutage);

    /// <summary>True for what passes when a server comes back.</summary>
    private static bool IsOutage(Exception exception) => exception is MessageNotConfirmedException or GraphAwayException || DatabaseOutage.Is(exception);
}
