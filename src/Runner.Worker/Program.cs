using Capns.Hosting;
using Capns.Runner.Worker;

return await CapnsHost.RunAsync(args, "runner", builder => builder.AddRunner());
