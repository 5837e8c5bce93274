using System.Text.Json;
using System.Text.Json.Serialization;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;

namespace Capns.Contracts.Tests;

public sealed class WireJsonTests
{
    private static readonly JsonSerializerOptions OtherSettings = new(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.WriteAsString };

    [Theory]
    [InlineData("safe", SecurityLevel.Safe)]
    [InlineData("LOW", SecurityLevel.Safe)]
    [InlineData("medium", SecurityLevel.Moderate)]
    [InlineData("High", SecurityLevel.Restricted)]
    [InlineData("critical", SecurityLevel.Dangerous)]
    public void Level_IsReadUnderItsOtherNamesAndWrittenUnderItsOwn(string word, SecurityLevel level)
    {
        Assert.Equal(level, JsonSerializer.Deserialize<SecurityLevel>($"\"{word}\"", WireJson.Options));
        Assert.Equal($"\"{level.ToString().ToLowerInvariant()}\"", JsonSerializer.Serialize(level, WireJson.Options));
    }

    [Theory]
    [InlineData("medium", Priority.Normal)]
    [InlineData("urgent", Priority.High)]
    [InlineData("critical", Priority.High)]
    public void Priority_IsReadUnderItsOtherNames(string word, Priority priority) =>
        Assert.Equal(priority, JsonSerializer.Deserialize<Priority>($"\"{word}\"", WireJson.Options));

    [Theory]
    [InlineData("\"5\"")]
    [InlineData("5.5")]
    [InlineData("true")]
    public void Number_IsNeverGuessed(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<int>(json, WireJson.Options));

    [Theory]
    [InlineData("1")]
    [InlineData("\"1\"")]
    [InlineData("\"nothing\"")]
    public void Word_IsNeverANumber(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ExecutionState>(json, WireJson.Options));

    [Fact]
    public void Time_IsWrittenInUtcWithMilliseconds()
    {
        var time = new DateTimeOffset(2026, 3, 2, 11, 15, 0, 310, TimeSpan.FromHours(2));

        Assert.Equal("\"2026-03-02T09:15:00.310Z\"", JsonSerializer.Serialize(time, WireJson.Options));
        Assert.Equal(time, JsonSerializer.Deserialize<DateTimeOffset>("\"2026-03-02T11:15:00.310+02:00\"", WireJson.Options));
    }

    [Fact]
    public void WordsAndAmounts_AreTheSameUnderAnyOtherSettings()
    {
        var request = new ToolExecutionRequest { Priority = Priority.High, SecurityLevel = SecurityLevel.Safe, MaxCost = 0.5m };
        var other = JsonSerializer.SerializeToElement(request, OtherSettings);

        Assert.Equal("high", other.GetProperty("priority").GetString());
        Assert.Equal("safe", other.GetProperty("securityLevel").GetString());
        Assert.Equal(0.5m, other.GetProperty("maxCost").GetDecimal());
    }
}
