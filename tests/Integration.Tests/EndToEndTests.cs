using System.Text.Json;
using Capns.Testing;
using Xunit;

namespace Capns.Integration.Tests;

/// <summary>A request in each format through each door ends in the events of the specification (platform spec 3.2, 3.5, 3.6, 3.8).</summary>
public sealed class EndToEndTests(EndToEndTests.Started started) : IClassFixture<EndToEndTests.Started>
{
    private static readonly string[] EventOrder = ["tool.execution.started", "tool.execution.completed"];

    public static TheoryData<string, string> FormatsAndDoors()
    {
        var data = new TheoryData<string, string>();
        foreach (var format in Formats.All)
        {
            foreach (var door in new[] { "tool.execution.requested", "events", "rpc" })
            {
                data.Add(format, door);
            }
        }

        return data;
    }

    [ServersTheory]
    [MemberData(nameof(FormatsAndDoors))]
    public async Task Request_InEachFormatThroughEachDoor_RunsAndIsTold(string format, string door)
    {
        var service = await started.ServiceAsync();
        var id = Guid.CreateVersion7();
        var (body, properties) = Formats.Write(format, "tool.execution.requested", new
        {
            toolId = "math-calculator",
            executionId = id,
            requestId = $"r-{id}",
            agentId = $"agent-{id:N}",
            parameters = new { operation = "add", operands = new[] { 5, 3 } },
        });

        await service.PublishAsync(door, "tool.execution.requested", body, properties);

        var begun = await service.NextAsync(id, EventOrder[0]);
        var done = await service.NextAsync(id, EventOrder[1]);
        var data = done.GetProperty("data");
        Assert.Equal(8, data.GetProperty("result").GetProperty("value").GetDouble());
        Assert.Equal("completed", data.GetProperty("state").GetString());
        Assert.Equal($"r-{id}", data.GetProperty("callId").GetString());
        Assert.Equal("native", begun.GetProperty("data").GetProperty("isolation").GetString());
        Assert.True(data.GetProperty("sequence").GetInt32() > begun.GetProperty("data").GetProperty("sequence").GetInt32());
        Assert.Equal("1.0", done.GetProperty("specversion").GetString());
        Assert.Equal(id.ToString(), done.GetProperty("subject").GetString());
    }

    [ServersFact]
    public async Task Request_WithReplyTo_IsAnsweredThereWithTheResult()
    {
        var service = await started.ServiceAsync();
        var broker = started.Platform.Broker;
        await using var channel = await broker.OpenChannelAsync();
        var queue = (await channel.QueueDeclareAsync($"reply-{Guid.NewGuid():N}", durable: false, exclusive: false, autoDelete: false)).QueueName;
        var id = Guid.CreateVersion7();
        var (body, properties) = Formats.Write("cloudevents-structured", "tool.execution.requested", new
        {
            toolId = "math-calculator",
            executionId = id,
            agentId = "a",
            parameters = new { operation = "multiply", operands = new[] { 6, 7 } },
        });
        properties.ReplyTo = queue;
        properties.CorrelationId = "c-1";

        await service.PublishAsync("rpc", "tool.execution.requested", body, properties);

        var reply = await broker.TakeAsync(queue, TimeSpan.FromSeconds(30));
        using var document = JsonDocument.Parse(reply.Body);
        Assert.Equal("c-1", reply.BasicProperties.CorrelationId);
        Assert.Equal(42, document.RootElement.GetProperty("data").GetProperty("result").GetProperty("value").GetDouble());
    }

    [ServersFact]
    public async Task Request_RepeatedWithTheSameRequestId_RunsOnce()
    {
        var service = await started.ServiceAsync();
        var id = Guid.CreateVersion7();
        for (var copy = 0; copy < 5; copy++)
        {
            await service.RequestAsync("id-generator", new { kind = "random", count = 1 }, executionId: id);
        }

        await service.FinalAsync(id);
        var marker = await service.RequestAsync("math-calculator", new { operation = "add", operands = new[] { 1, 1 } });
        await service.FinalAsync(marker);

        var finals = service.Heard.Count(document =>
            document.GetProperty("type").GetString() == "tool.execution.completed"
            && document.GetProperty("data").GetProperty("executionId").GetGuid() == id);
        Assert.Equal(1, finals);
    }

    [ServersFact]
    public async Task Request_WithWrongParameters_IsRefusedNamingThePathAndTheExpectation()
    {
        var service = await started.ServiceAsync();

        var id = await service.RequestAsync("math-calculator", new { operation = "add", operands = new object[] { 1, "two" } });

        var data = (await service.FinalAsync(id)).GetProperty("data");
        Assert.Equal("rejected", data.GetProperty("state").GetString());
        Assert.Equal("INVALID_PARAMETERS", data.GetProperty("errorDetail").GetProperty("code").GetString());
        var error = data.GetProperty("errorDetail").GetProperty("details").GetProperty("errors")[0];
        Assert.Equal("/operands/1", error.GetProperty("path").GetString());
        Assert.Equal("type", error.GetProperty("keyword").GetString());
    }

    [ServersFact]
    public async Task Request_ForAnUnknownTool_IsRefusedWithToolNotFound()
    {
        var service = await started.ServiceAsync();

        var id = await service.RequestAsync("no-such-tool", new { });

        var data = (await service.FinalAsync(id)).GetProperty("data");
        Assert.Equal("TOOL_NOT_FOUND", data.GetProperty("errorDetail").GetProperty("code").GetString());
        Assert.Contains("no-such-tool", data.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task Tool_ThatFailsOnPurpose_EndsFailedWithItsOwnMessage()
    {
        var service = await started.ServiceAsync();

        var id = await service.RequestAsync("always-fails", new { });

        var data = (await service.FinalAsync(id)).GetProperty("data");
        Assert.Equal("failed", data.GetProperty("state").GetString());
        Assert.Equal("EXECUTION_FAILED", data.GetProperty("errorDetail").GetProperty("code").GetString());
    }

    [ServersFact]
    public async Task Tool_ThatIsSlow_TellsItsProgressAndIsCancelled()
    {
        var service = await started.ServiceAsync();
        var id = await service.RequestAsync("slow-count", new { seconds = 60 });
        await service.NextAsync(id, "tool.execution.progress", data => data.GetProperty("kind").GetString() == "progress");

        await service.CancelAsync(id, force: true);

        var data = (await service.NextAsync(id, "tool.execution.cancelled")).GetProperty("data");
        Assert.Equal("cancelled", data.GetProperty("state").GetString());
        Assert.Equal("running", data.GetProperty("previousStatus").GetString());
        Assert.Equal("not needed any more", data.GetProperty("reason").GetString());
    }

    [ServersTheory]
    [MemberData(nameof(ExampleTools.Runs), MemberType = typeof(ExampleTools))]
    public async Task Example_OfEachTool_GivesWhatItsDefinitionPromises(string tool, string example, string input, string? expected)
    {
        var service = await started.ServiceAsync();

        var id = await service.RequestAsync(tool, JsonDocument.Parse(input).RootElement);

        var document = await service.FinalAsync(id, TimeSpan.FromSeconds(60));
        Assert.True(document.GetProperty("type").GetString() == "tool.execution.completed", $"{example}: {document}");
        if (expected is not null)
        {
            var result = document.GetProperty("data").GetProperty("result");
            Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(expected).RootElement, result), $"{example} gave {result}");
        }
    }

    /// <summary>One platform for all tests of the class.</summary>
    public sealed class Started : IAsyncLifetime
    {
        private TestService? _service;

        internal Platform Platform { get; private set; } = null!;

        internal async Task<TestService> ServiceAsync() => _service ??= await Platform.ConnectAsync();

        public async Task InitializeAsync()
        {
            if (ServerUrls.Missing is null)
            {
                Platform = await Platform.StartAsync();
            }
        }

        public async Task DisposeAsync()
        {
            if (_service is not null)
            {
                await _service.DisposeAsync();
            }

            if (Platform is not null)
            {
                await Platform.DisposeAsync();
            }
        }
    }
}
