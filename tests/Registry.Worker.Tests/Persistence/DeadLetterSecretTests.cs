using System.Text;
using System.Text.Json.Nodes;
using Capns.Hosting.Secrets;
using Capns.Registry.Worker.Persistence.DeadLetters;
using Capns.Registry.Worker.Tests.Executions;
using Capns.Testing;
using RabbitMQ.Client;
using Xunit;

namespace Capns.Registry.Worker.Tests.Persistence;

/// <summary>A dead letter may hold secret parameters and a login: neither lies open, neither is shown, both are there for a replay (platform spec 5.13).</summary>
public sealed class DeadLetterSecretTests
{
    private const string Secret = "hunter2-in-a-dead-letter";
    private const string Login = "Bearer token-of-a-dead-letter";
    private const string Body = $$$"""{"type":"no.such.event","data":{"parameters":{"key":"{{{Secret}}}"},"note":"it is {{{Secret}}}","toolId":"x"}}""";

    [ServersFact]
    public async Task Kept_ItsBodyAndLoginAreSealedAndOpenAgain()
    {
        await using var world = await World.CreateAsync();
        var properties = new BasicProperties { MessageId = "m-1", Headers = new Dictionary<string, object?> { ["Authorization"] = Login, ["x-other"] = "seen" } };

        await world.PublishAsync("tool.execution.requested", "tool.execution.requested", Encoding.UTF8.GetBytes(Body), properties);
        await Eventually.TrueAsync(
            async () => await world.Database.ScalarAsync<long>("SELECT count(*) FROM dead_letters") == 1, "the dead letter", TimeSpan.FromSeconds(20));

        foreach (var value in new[] { Secret, Login })
        {
            var hex = Convert.ToHexStringLower(Encoding.UTF8.GetBytes(value));
            Assert.Equal(0L, await world.Database.ScalarAsync<long>($"SELECT count(*) FROM dead_letters t WHERE t::text LIKE '%{value}%' OR t::text LIKE '%{hex}%'"));
        }

        var row = new DeadLetterRow
        {
            Id = await world.Database.ScalarAsync<Guid>("SELECT id FROM dead_letters"),
            Queue = "",
            Reason = "",
            Body = (await world.Database.ScalarAsync<byte[]>("SELECT body FROM dead_letters"))!,
            Sealed = await world.Database.ScalarAsync<bool>("SELECT sealed FROM dead_letters"),
            Properties = (await world.Database.ScalarAsync<string>("SELECT properties::text FROM dead_letters"))!,
            FailedAt = default,
        };
        var sealer = new Sealer(world.Settings.Keys);
        Assert.True(DeadLetterSeal.TryOpen(row, sealer, out var open));
        Assert.Equal(Body, Encoding.UTF8.GetString(open.Body));
        var headers = JsonNode.Parse(open.Properties)!["headers"]!;
        Assert.Equal((Login, "seen"), ((string)headers["Authorization"]!, (string)headers["x-other"]!));
        var stranger = new Sealer(SealingKeys.Random());
        Assert.False(DeadLetterSeal.TryOpen(row, stranger, out _));
        Assert.Null(DeadLetter.Of(row, stranger).Body);
        Assert.DoesNotContain(Secret, DeadLetter.Of(row, sealer).Body, StringComparison.Ordinal);
        Assert.Equal(Body.Length, DeadLetter.Of(row, sealer).Bytes);
    }

    [Theory]
    [InlineData(Body, """{"type":"no.such.event","data":{"parameters":"[redacted]","note":"it is [redacted]","toolId":"x"}}""")]
    [InlineData("""{"data":{"auth":{"token":"0123456789"},"deep":[{"Parameters":{"n":12345678}}],"n":12345678,"short":"a"}}""", """{"data":{"auth":"[redacted]","deep":[{"Parameters":"[redacted]"}],"n":"[redacted]","short":"a"}}""")]
    [InlineData("""{"parameters":{"key":"x"}""", null)]
    [InlineData("""{"a":1,"a":{"parameters":1}}""", null)]
    [InlineData("nonsense", "nonsense")]
    [InlineData("my key is AKIAIOSFODNN7EXAMPLE", "my key is [redacted]")]
    public void Preview_ShowsAllButParametersAndLogins(string body, string? shown) => Assert.Equal(shown, DeadLetterPreview.Of(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void Preview_NoTextOrTooLarge_IsAbsent()
    {
        Assert.Null(DeadLetterPreview.Of([0xFF, 0xFE]));
        Assert.Null(DeadLetterPreview.Of(new byte[DeadLetterPreview.MaxBytes + 1]));
    }
}
