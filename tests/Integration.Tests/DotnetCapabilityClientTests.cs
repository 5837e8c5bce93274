using System.Text;
using Capns.Core.Dispatch;
using Capns.Messaging;
using Capns.Messaging.Capabilities;
using Capns.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Capns.Integration.Tests;

/// <summary>A .NET service that calls capabilities over RabbitMQ alone: can, then call.</summary>
public sealed class DotnetCapabilityClientTests
{
    private const string Count = "cap:op=count;in=\"media:form=scalar;numeric;textable\"";

    [ServersFact]
    public async Task CanThenCall_BinaryResult_ComesAsBytes()
    {
        await using var platform = await Platform.StartAsync();
        await using var services = Client(platform);
        var caps = services.GetRequiredService<BusCaps>();
        var picture = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAE0lEQVR42mP4z8AARGDiPwNxHACeow/xy+hZbgAAAABJRU5ErkJggg==");

        var caller = await caps.CanAsync("cap:ext=png;in=\"media:bytes;image;png\";op=generate_thumbnail");
        var small = await caller.CallAsync([
            new CapArgumentValue("media:bytes;image;png", picture),
            CapArgumentValue.FromText("media:form=scalar;integer;numeric;parameter=size;textable", "2")]);
        var usual = await caller.CallAsync([new CapArgumentValue("media:bytes;image;png", picture)]); // As README has it.
        var classic = await caller.CallAsync(new CapCall { Stdin = new StdinSource.Data(picture), Named = [new NamedArgument("--size", "2")] });

        Assert.Equal("cap:ext=png;in=\"media:bytes;image;png\";op=generate_thumbnail;out=\"media:bytes;image;png;thumbnail\"", caller.Definition.Urn.ToString());
        Assert.Equal([0x89, .. "PNG"u8, 13, 10, 26, 10], small.AsBytes()[..8].ToArray());
        Assert.Equal([0, 0, 0, 4, 0, 0, 0, 4], usual.AsBytes()[16..24].ToArray());
        Assert.Equal([0, 0, 0, 2, 0, 0, 0, 2], small.AsBytes()[16..24].ToArray());
        Assert.Equal(small.AsBytes().ToArray(), classic.AsBytes().ToArray());
    }

    [ServersFact]
    public async Task Can_NobodyProvidesIt_SaysWhatComesNearest()
    {
        await using var platform = await Platform.StartAsync();
        await using var services = Client(platform);

        var refused = await Assert.ThrowsAsync<NoSetsFoundException>(() => services.GetRequiredService<BusCaps>().CanAsync("cap:op=count_sheep"));

        Assert.Contains("The nearest is cap:", refused.Message, StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task Call_IsCancelled_SoIsTheExecution()
    {
        await using var platform = await Platform.StartAsync();
        await using var service = await platform.ConnectAsync();
        await using var services = Client(platform);
        using var stop = new CancellationTokenSource();
        var caller = await services.GetRequiredService<BusCaps>().CanAsync(Count);

        var call = caller.CallAsync(new CapCall { Positional = ["60"] }, stop.Token);
        await Eventually.TrueAsync(
            () => Task.FromResult(service.Heard.Any(document => document.GetProperty("type").GetString() == "tool.execution.started")), "the tool runs", TimeSpan.FromSeconds(30));
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        var started = service.Heard.First(document => document.GetProperty("type").GetString() == "tool.execution.started").GetProperty("data");
        var ended = await service.FinalAsync(started.GetProperty("executionId").GetGuid());
        Assert.Equal("tool.execution.cancelled", ended.GetProperty("type").GetString());
    }

    [ServersFact]
    public async Task Call_ResultIsTooLargeForTheBus_SaysWhereItLies()
    {
        await using var platform = await Platform.StartAsync();
        await using var services = Client(platform);
        var caller = await services.GetRequiredService<BusCaps>().CanAsync("cap:op=convert;in=\"media:csv;textable\"");
        var table = new StringBuilder("number\n").Insert(7, "1\n", 50_000).ToString();

        var refused = await Assert.ThrowsAsync<CapResultException>(() => caller.CallAsync([CapArgumentValue.FromText("media:csv;textable", table)]));

        Assert.Matches("The result has [0-9]{6} bytes.* lies at /api/v1/executions/[0-9a-f-]+/result", refused.Message);
    }

    private static ServiceProvider Client(Platform platform)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddCapnsMessaging(new BusSettings { RabbitMqUrl = platform.Broker.Url, ServiceName = "agent" });
        services.AddCapnsClient(new CapsClientOptions { Name = "agent", AskTimeout = TimeSpan.FromSeconds(30) });
        return services.BuildServiceProvider();
    }
}
