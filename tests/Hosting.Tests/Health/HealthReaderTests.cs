using Capns.Hosting.Health;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Capns.Hosting.Tests.Health;

public sealed class HealthReaderTests
{
    private static readonly PartReport Up = PartReport.Connected(TimeSpan.FromMilliseconds(1));

    public static TheoryData<string, bool, string> Cases() => new()
    {
        { "connected", true, "healthy" },
        { "disconnected", true, "unhealthy" },
        { "disconnected", false, "degraded" },
        { "disabled", false, "healthy" },
        { "throws", true, "unhealthy" },
        { "throws", false, "degraded" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Status_OnePart_CountsAsItsStateAndRequirementSay(string report, bool required, string status)
    {
        var part = new FakePart("p", required, () => report switch
        {
            "connected" => Task.FromResult(Up),
            "disconnected" => Task.FromResult(PartReport.Disconnected),
            "disabled" => Task.FromResult(PartReport.Disabled),
            _ => throw new InvalidOperationException("broken"),
        });

        Assert.Equal(status, (await Reader(new ManualTime(), part).ReadAsync()).Status);
    }

    [Fact]
    public async Task Read_SoonAfterAnother_ShowsTheSameValueAndMeasuresAgainWhenItIsOld()
    {
        var time = new ManualTime();
        var part = new FakePart("p", true, Up);
        var reader = Reader(time, part);

        await reader.ReadAsync();
        time.Advance(HealthReader.Freshness);
        await reader.ReadAsync();
        Assert.Equal(1, part.Asked);

        time.Advance(TimeSpan.FromMilliseconds(1));
        await reader.ReadAsync();
        Assert.Equal(2, part.Asked);
    }

    [Fact]
    public async Task Read_PartHangs_IsAwayAfterTheLimitOfPatience()
    {
        var time = new ManualTime();
        var part = new FakePart("p", true, () => new TaskCompletionSource<PartReport>().Task);
        var reading = Reader(time, part).ReadAsync();
        Assert.False(reading.IsCompleted);

        time.Advance(HealthReader.Patience);

        var snapshot = await reading.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.Equal("unhealthy", snapshot.Status);
        // Fresh enough to show, plus the longest measurement: no value older than 5 s.
        Assert.True(HealthReader.Freshness + HealthReader.Patience <= TimeSpan.FromSeconds(5));
    }

    private static HealthReader Reader(ManualTime time, params IHealthPart[] parts) => new(parts, time, NullLogger<HealthReader>.Instance);
}
