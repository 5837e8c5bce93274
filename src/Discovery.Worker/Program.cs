using Capns.Discovery.Worker;
using Capns.Discovery.Worker.Learning;
using Capns.Discovery.Worker.Requests;
using Capns.Hosting;

return await CapnsHost.RunAsync(args, "discovery", builder => builder.AddDiscovery(), app =>
{
    // Their counters are known before the first request.
    app.Services.GetRequiredService<DiscoveryMeter>();
    app.Services.GetRequiredService<LearningMeter>();
});
