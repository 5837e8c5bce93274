using Capns.Hosting;
using Capns.Hosting.Configuration;
using Capns.Messaging;
using Capns.Messaging.Endpoints;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Analytics;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Approvals;
using Capns.Registry.Worker.Approvals.Looking;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Discovery;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Executions.Commands;
using Capns.Registry.Worker.Executions.Instances;
using Capns.Registry.Worker.Executions.KillSwitches;
using Capns.Registry.Worker.Executions.Looking;
using Capns.Registry.Worker.Operations;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.DeadLetters;
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
        builder.AddAudit();
        builder.Services.AddAnalytics();
        builder.AddOperations();
        builder.ServeHttpFirst();
        builder.Guard = (endpoint, permission) => _ = permission.Length == 0 ? endpoint.RequiresLogin() : endpoint.Requires(permission);
        builder.AddStreams();
        builder.AddTools();
        builder.Services.AddCapabilities();
        builder.AddAdmission();
        builder.AddAccess();
        builder.Services.AddSingleton(new InstanceName(builder.Service.InstanceId));
        builder.Services.AddExecutions(options => options.ReadFrom(builder.Environment));
        builder.Services.AddApprovals();
        builder.AddDiscovery();
        builder.AddApi();
        builder.Services.AddMassTransit(bus => bus.UsingRabbitMq((services, rabbit) =>
        {
            rabbit.CapnsHost(services);
            rabbit.ExecutionEndpoints(services);
            rabbit.ApprovalEndpoints(services);
            rabbit.InstanceEndpoint(services);
        }));
    },
    app =>
    {
        app.UseApiConventions();
        app.UseAccess();
        app.UseRequestLimits();
        app.MapAccess();
        app.MapToolsApi();
        app.MapCapabilitiesApi();
        app.MapDiscovery();
        app.MapExecutions();
        app.MapApprovals();
        app.MapAudit();
        app.MapAnalytics();
        app.MapRunners();
        app.MapStreams();
        app.MapExecutionCommands();
        app.MapKillSwitch();
        app.MapDeadLetters();
        app.MapApiDocument();
    });

/// <summary>So that a test can start the program.</summary>
internal sealed partial class Program;
