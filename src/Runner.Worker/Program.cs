using Capns.Hosting;
using Capns.Runner.Worker;
using Capns.Runner.Worker.Sandboxing;

return await CapnsHost.RunAsync(args, "runner", builder => builder.AddRunner().Services.AddSandboxing());
