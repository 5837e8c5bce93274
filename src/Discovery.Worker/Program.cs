using Capns.Discovery.Worker;
using Capns.Discovery.Worker.Requests;
using Capns.Hosting;

return await CapnsHost.RunAsync(args, "discovery", builder => builder.AddDiscovery(), app =>
    // Its counters are known before the first request.
    app.Services.GetRequiredService<DiscoveryMeter>());
