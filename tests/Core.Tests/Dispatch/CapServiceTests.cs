using Capns.Core.Caps;
using Capns.Core.Dispatch;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Dispatch;

/// <summary>Providers and plugins behind one question (CapNs spec 11.7).</summary>
public sealed class CapServiceTests
{
    private const string Generic = "cap:in=media:binary;op=scan;out=media:binary";
    private const string Specific = "cap:ext=pdf;in=media:binary;op=scan;out=media:binary";

    [Fact]
    public async Task CanAsync_AfterInitialize_ChoosesAmongProvidersAndPlugins()
    {
        var service = await StartAsync(new StubGateway { Registered = { Specific } }, new StubProvider("generic", Generic));

        Assert.Equal("plugin", await RunAsync(await service.CanAsync(Specific)));
        Assert.Equal("generic", await RunAsync(await service.CanAsync(Generic.Replace("cap:", "cap:ext=wav;", StringComparison.Ordinal))));
        Assert.Equal(["providers", "plugins"], service.Block.RegistryNames);
    }

    [Fact]
    public async Task CanAsync_Tie_IsTheProviders()
    {
        var gateway = new StubGateway { Registered = { Specific }, Resolved = { Specific } };
        var service = await StartAsync(gateway, new StubProvider("provider", Specific));

        Assert.Equal("provider", await RunAsync(await service.CanAsync(Specific)));
    }

    [Fact]
    public async Task CanAsync_GatewayFindsSomethingMoreSpecific_CallsIt()
    {
        var service = await StartAsync(new StubGateway { Resolved = { Specific } }, new StubProvider("generic", Generic));

        var caller = await service.CanAsync(Specific);

        Assert.Equal("resolved", await RunAsync(caller));
        Assert.Equal(CapUrn.Parse(Specific), caller.Definition.Urn);
    }

    [Fact]
    public async Task CanAsync_NoOneCan_SaysSo()
    {
        var service = await StartAsync(new StubGateway());

        await Assert.ThrowsAsync<NoSetsFoundException>(() => service.CanAsync(Generic));
        await Assert.ThrowsAsync<InvalidUrnException>(() => service.CanAsync("cap:op=x"));
    }

    [Fact]
    public async Task InitializeAsync_ProviderThatFails_IsNamed()
    {
        var registry = new ProviderRegistry([new StubProvider("good", Generic), new StubProvider("bad")]);

        var exception = await Assert.ThrowsAsync<CapRegistryException>(() => registry.InitializeAsync());

        Assert.Equal("Registry error: provider 'bad' did not say what it can do: it has nothing", exception.Message);
        Assert.Equal(["good"], registry.CapMatrix.HostNames);
    }

    private static async Task<CapService> StartAsync(StubGateway gateway, params ICapProvider[] providers)
    {
        var service = new CapService(new ProviderRegistry(providers), gateway);
        await service.InitializeAsync();
        return service;
    }

    private static async Task<string?> RunAsync(CapCaller caller) => (await caller.Set.ExecuteAsync(caller.Request, CapCall.Empty)).Text;

    private sealed class StubProvider(string name, params string[] caps) : ICapProvider
    {
        public string Name => name;

        public ValueTask<IReadOnlyList<Cap>> GetCapsAsync(CancellationToken cancellationToken = default) => caps.Length == 0
            ? throw new InvalidOperationException("it has nothing")
            : new([.. caps.Select(cap => Example.Cap(cap))]);

        public Task<CapResult> ExecuteAsync(CapUrn request, CapCall call, CancellationToken cancellationToken = default) =>
            Task.FromResult(CapResult.FromText(name));
    }

    private sealed class StubGateway : IPluginGateway
    {
        public CapMatrix CapMatrix { get; } = new();

        public List<string> Registered { get; } = [];

        public List<string> Resolved { get; } = [];

        public Task InitializeAsync(CancellationToken cancellationToken = default)
        {
            CapMatrix.RegisterCapSet("plugin", Example.Set("plugin"), [.. Registered.Select(cap => Example.Cap(cap))]);
            return Task.CompletedTask;
        }

        public ValueTask<BestCapSetMatch?> ResolveAsync(CapUrn request, CancellationToken cancellationToken = default) => new(
            Resolved.Select(cap => Example.Cap(cap)).Where(cap => cap.Urn.Accepts(request))
                .Select(cap => new BestCapSetMatch(cap, cap.Urn.Specificity, "", "resolved", Example.Set("resolved"))).FirstOrDefault());
    }
}
