using Capns.Discovery.Worker;
using Capns.Hosting;

return await CapnsHost.RunAsync(args, "discovery", builder => builder.AddDiscovery());
