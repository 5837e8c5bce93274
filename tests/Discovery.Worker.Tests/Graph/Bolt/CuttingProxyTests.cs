using Capns.Discovery.Worker.Graph.Bolt;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Graph.Bolt;

public class CuttingProxyTests
{
    [Fact]
    public async Task ReadAndWrite_ConnectionsAreCutAgainAndAgain_AllSucceed()
    {
        await using var peer = new ScriptedPeer();
        await using var proxy = new CuttingProxy(peer.Endpoint);
        await using var driver = new BoltDriver(BoltDriverTests.Patient(peer) with
        {
            Address = peer.Address("bolt") with { Endpoint = proxy.Endpoint },
            MaxConnections = 8,
        });
        using var done = new CancellationTokenSource();
        var cutting = Task.Run(async () =>
        {
            for (var cuts = 0; !done.IsCancellationRequested; cuts++)
            {
                var before = peer.Names.Count;
                while (peer.Names.Count < before + 200 && !done.IsCancellationRequested)
                {
                    await Task.Yield();
                }

                proxy.Cut();
            }
        });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async worker =>
        {
            for (var i = 0; i < 100; i++)
            {
                Assert.Equal([[1L]], await driver.ReadAsync(BoltDriverTests.One, CancellationToken.None));
                await driver.WriteAsync([BoltDriverTests.One], idempotent: true, CancellationToken.None);
            }
        }));
        await done.CancelAsync();
        await cutting;
        Assert.True(peer.Connections > 8, $"{peer.Connections} connections");
    }
}
