using Capns.Hosting;
using Capns.Hosting.Configuration;
using Capns.Messaging;
using Capns.Messaging.Endpoints;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Executions.Looking;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Streams;
using Capns.Registry.Worker.Tools;
using MassTransit;

return await CapnsHost.RunAsync(
    args,
    "registry",
    builder =>
    {
        builder.Services.AddCapnsMessaging(builder.AddRabbitMq().ToBus(builder.Service, builder.Environment.List("RUNNER_POOLS")));
        builder.AddRedis();
        builder.Services.AddPersistence(builder.AddPostgres().ConnectionString);
        builder.Services.AddStreams(StreamOptions.Read(builder.Environment));
        builder.AddTools();
        builder.Services.AddCapabilities();
        builder.AddAdmission();
        builder.Services.AddExecutions(options => options.ReadFrom(builder.Environment));
        builder.Services.AddMassTransit(bus => bus.UsingRabbitMq((services, rabbit) =>
        {
            rabbit.CapnsHost(services);
            rabbit.ExecutionEndpoints(services);
        }));
    },
    app =>
    {
        app.MapToolsApi();
        app.MapCapabilitiesApi();
        app.MapExecutions();
    });
