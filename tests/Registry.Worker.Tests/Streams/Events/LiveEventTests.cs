using System.Text;
using System.Text.Json;
using Capns.Contracts;
using Capns.Registry.Worker.Streams.Live.Events;
using Xunit;

namespace Capns.Registry.Worker.Tests.Streams.Events;

public sealed class LiveEventTests
{
    [Fact]
    public void FromDocument_AnEvent_KnowsWhatWatchersAskFor()
    {
        var happened = Live.Log(7, "x", "stderr");

        Assert.Equal(
            ("tool.execution.progress", Live.Execution, 7, SecurityLevel.Safe, "disc-1", "agent-1", "log", "stderr", false, true),
            (happened.Name, happened.ExecutionId!.Value, happened.Sequence, happened.Level, happened.DiscussionId, happened.AgentId, happened.Kind, happened.LogStream, happened.IsFinal, happened.IsMergeable));
        Assert.Equal(Live.Now, happened.Timestamp);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"type\":\"x\"}")]
    [InlineData("{\"type\":\"x\",\"data\":[1]}")]
    [InlineData("{\"type\":\"x\",\"data\":{\"a\":}}")]
    [InlineData("{\"data\":{}}")]
    public void FromDocument_NoEvent_GivesNothing(string text) => Assert.Null(LiveEventReader.FromDocument(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("retry", false)]
    [InlineData("limited", false)]
    [InlineData("progress", true)]
    [InlineData("log", true)]
    [InlineData("partial", true)]
    [InlineData("heartbeat", true)]
    public void IsMergeable_KindsThatChangeAState_AreNot(string kind, bool mergeable) =>
        Assert.Equal(mergeable, Live.Of("tool.execution.progress", 2, new { kind }).IsMergeable);

    [Fact]
    public void Frame_ForARoom_HoldsThePayloadWithItsTypeAndIsMadeOnce()
    {
        var happened = Live.Completed(3, new { value = "a \"b\" \u00e9" });

        var frame = happened.Frame(EventShape.Execution);
        var json = Live.Json(frame);

        Assert.Equal("execution.event", json.GetProperty("type").GetString());
        Assert.Equal($"execution:{Live.Execution}", json.GetProperty("room").GetString());
        Assert.Equal("tool.execution.completed", json.GetProperty("data").GetProperty("type").GetString());
        Assert.Equal("a \"b\" \u00e9", json.GetProperty("data").GetProperty("result").GetProperty("value").GetString());
        Assert.True(frame.Equals(happened.Frame(EventShape.Execution)));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Frame_ForMembers_HasResultsOnlyWhenTheyAreShared(bool shared, bool visible)
    {
        var happened = Live.Completed(3, "secret", shared);

        foreach (var shape in new[] { EventShape.Discussion, EventShape.ExecutionOfMember })
        {
            Assert.Equal(visible, Live.Json(happened.Frame(shape)).GetProperty("data").TryGetProperty("result", out _));
        }

        Assert.Equal(visible, Encoding.UTF8.GetString(happened.Frame(EventShape.StreamOfMember).Span).Contains("secret", StringComparison.Ordinal));
        Assert.Equal("secret", Live.Json(happened.Frame(EventShape.Execution)).GetProperty("data").GetProperty("result").GetString());
    }

    [Theory]
    [InlineData("moderate", true)]
    [InlineData("restricted", false)]
    [InlineData("dangerous", false)]
    [InlineData("odd", false)]
    public void Frame_ForMembers_HasLogsOfTheLowerLevelsOnly(string securityLevel, bool visible)
    {
        var happened = Live.Of("tool.execution.progress", 2, new { kind = "log", log = new { stream = "stdout", line = "x" }, partialResult = 1, securityLevel });

        var data = Live.Json(happened.Frame(EventShape.Discussion)).GetProperty("data");

        Assert.Equal(visible, data.TryGetProperty("log", out _));
        Assert.False(data.TryGetProperty("partialResult", out _));
    }

    [Fact]
    public void Frame_ForAStream_IsOneEventOfThreeLines()
    {
        var happened = LiveEventReader.FromLog("tool.execution.started", $$"""
            {
              "executionId": "{{Live.Execution}}",
              "sequence": 1, "message": "two\nlines"
            }
            """);

        var text = Encoding.UTF8.GetString(happened.Frame(EventShape.Stream).Span);

        Assert.StartsWith("id: 1\nevent: tool.execution.started\ndata: {", text, StringComparison.Ordinal);
        Assert.EndsWith("}\n\n", text, StringComparison.Ordinal);
        Assert.Equal(5, text.Split('\n').Length);
        Assert.Equal("two\nlines", JsonSerializer.Deserialize<JsonElement>(text.Split('\n')[2]["data: ".Length..]).GetProperty("message").GetString());
    }

    [Fact]
    public void Frame_OfAnEmptyPayload_IsJson() =>
        Assert.Equal("tool.x", Live.Json(LiveEventReader.FromLog("tool.x", "{ }").Frame(EventShape.Broadcast)).GetProperty("data").GetProperty("type").GetString());
}
