using System.Diagnostics;
using System.Text.Json;
using Capns.Hosting.Logging;
using Capns.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Capns.Hosting.Tests.Logging;

public sealed class JsonLineFormatterTests
{
    [Fact]
    public void Write_InsideATrace_IsOneLineOfJsonWithValuesAndTraceId()
    {
        using var activity = new Activity("probe").SetIdFormat(ActivityIdFormat.W3C).Start();
        var values = new List<KeyValuePair<string, object?>> { new("RunId", "r\n1"), new("ElapsedMs", 12), new("{OriginalFormat}", "x") };
        using var text = new StringWriter();

        new JsonLineFormatter(new ManualTime(), "runner").Write(
            new LogEntry<List<KeyValuePair<string, object?>>>(
                LogLevel.Warning, "Capns.Runs", new EventId(7), values, new InvalidOperationException("bad"), (_, _) => "Run r\n1 ended"),
            null,
            text);

        var line = text.ToString();
        Assert.Equal(line.Length - 1, line.IndexOf((char)10, StringComparison.Ordinal));
        var json = JsonDocument.Parse(line).RootElement;
        Assert.Equal("2026-03-02T09:15:00.000Z", json.GetProperty("time").GetString());
        Assert.Equal("warn", json.GetProperty("level").GetString());
        Assert.Equal("runner", json.GetProperty("worker").GetString());
        Assert.Equal("Run r\n1 ended", json.GetProperty("message").GetString());
        Assert.Equal(activity.TraceId.ToHexString(), json.GetProperty("traceId").GetString());
        Assert.Equal("""{"RunId":"r\n1","ElapsedMs":12}""", json.GetProperty("values").GetRawText());
        Assert.Contains("bad", json.GetProperty("exception").GetString(), StringComparison.Ordinal);
    }
}
