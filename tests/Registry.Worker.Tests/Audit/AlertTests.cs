using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Audit;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Audit.Alerts;
using Capns.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Capns.Registry.Worker.Tests.Audit;

public sealed class AlertTests
{
    private static AuditEntry Denied(string actor) => AuditWorld.Entry(actor: actor) with { Outcome = AuditOutcome.Denied, Code = "INSUFFICIENT_PERMISSIONS" };

    [ServersFact]
    public async Task Denials_FiveOfOneActor_RaiseOneAlert()
    {
        await using var world = await AuditWorld.CreateAsync();
        for (var count = 0; count < 4; count++)
        {
            await world.Trail.AppendAsync(Denied("mallory"), CancellationToken.None);
            await world.Trail.AppendAsync(Denied($"somebody-{count}"), CancellationToken.None);
        }

        await world.SealAllAsync();
        Assert.Empty(Alerts(world));
        for (var count = 0; count < 3; count++)
        {
            await world.Trail.AppendAsync(Denied("mallory"), CancellationToken.None);
            await world.SealAllAsync();
        }

        var alert = Assert.Single(Alerts(world));
        Assert.Equal(("repeated-denials", 5, "mallory", AlertSeverity.Warning), (alert.Rule, alert.Count, alert.ActorId, alert.Severity));
        Assert.Equal(5, alert.AuditIds!.Count);
    }

    [ServersFact]
    public async Task Denials_SealedLateInOneBatchWithLaterOnes_RaiseTheAlert()
    {
        await using var world = await AuditWorld.CreateAsync();
        var now = TimeProvider.System.GetUtcNow();
        // A burst, a lone one an hour later, and all that while nobody sealed; the last of the burst is committed after everything else.
        await DenyAsync(world, "mallory", [.. Enumerable.Range(0, 4).Select(second => now.AddHours(-2).AddSeconds(second * 10)), now.AddHours(-1), now]);
        await DenyAsync(world, "slow", [.. Enumerable.Range(0, 8).Select(minute => now.AddHours(-2).AddSeconds(minute * 16))]);
        await world.SealAllAsync();
        Assert.Empty(Alerts(world));

        await DenyAsync(world, "mallory", [now.AddHours(-2).AddSeconds(25)]);
        await world.SealAllAsync();

        var alert = Assert.Single(Alerts(world));
        Assert.Equal((5, "mallory", TimeSpan.FromSeconds(30)), (alert.Count, alert.ActorId, alert.LastAt - alert.FirstAt));
        Assert.Equal(5, alert.AuditIds!.Count);
    }

    [ServersFact]
    public async Task Firings_LongAgo_AreForgotten()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        await using var world = await AuditWorld.CreateAsync(time: time);
        await world.Trail.AppendAsync(AuditWorld.Entry() with { Code = "SELF_APPROVAL" }, CancellationToken.None);
        await world.SealAllAsync();
        var watch = world.Services.GetRequiredService<AlertWatch>();
        await watch.ForgetAsync(CancellationToken.None);
        Assert.Equal(1, await world.Database.ScalarAsync<long>("SELECT count(*) FROM alert_firings"));

        time.Advance(TimeSpan.FromHours(25));
        await watch.ForgetAsync(CancellationToken.None);

        Assert.Equal(0, await world.Database.ScalarAsync<long>("SELECT count(*) FROM alert_firings"));
    }

    [Fact]
    public void Signature_AfterAChangeOfTheKey_HoldsForBothSecrets()
    {
        var former = new AuditKeys(new AuditOptions { SigningKeys = [AuditWorld.Key] });
        var keys = new AuditKeys(new AuditOptions { SigningKeys = ["another key, also long enough for this", AuditWorld.Key] });

        var signature = WebhookSender.Signature(keys.WebhookSecrets(SelfApproval), DateTimeOffset.UnixEpoch, "{}"u8);

        Assert.Equal(WebhookSender.Signature([keys.WebhookSecret(SelfApproval)], DateTimeOffset.UnixEpoch, "{}"u8)
            + WebhookSender.Signature([former.WebhookSecret(SelfApproval)], DateTimeOffset.UnixEpoch, "{}"u8)["t=0".Length..], signature);
    }

    [ServersFact]
    public async Task Rule_TwoInstancesAndManyHits_FiresOncePerWindow()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        await using var world = await AuditWorld.CreateAsync(time: time);
        var second = world.AddInstance(time: time).GetRequiredService<AuditSealer>();
        for (var window = 1; window <= 2; window++)
        {
            for (var round = 0; round < 5; round++)
            {
                await world.Trail.AppendAsync(AuditWorld.Entry() with { Action = "kill-switch.set", ObjectKind = "kill-switch", ObjectId = "all" }, CancellationToken.None);
                await Task.WhenAll(world.Sealer.SealAsync(CancellationToken.None), second.SealAsync(CancellationToken.None));
            }

            await world.SealAllAsync();
            Assert.Equal(window, Alerts(world).Count);
            time.Advance(TimeSpan.FromSeconds(61));
        }

        Assert.All(Alerts(world), alert => Assert.Equal(AlertSeverity.Critical, alert.Severity));
    }

    [ServersFact]
    public async Task BuiltInRules_DangerousSelfApprovalBrokenChain_EachRaiseTheirAlert()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.Trail.AppendAsync(
            AuditWorld.Entry(level: SecurityLevel.Dangerous) with { Action = "execution.accept", ObjectKind = "execution", ObjectId = "e1", Details = new() { ["toolId"] = "t1" } }, CancellationToken.None);
        await world.Trail.AppendAsync(AuditWorld.Entry() with { Action = "approval.decide", Outcome = AuditOutcome.Denied, Code = "SELF_APPROVAL" }, CancellationToken.None);
        await world.SealAllAsync();
        await world.TamperAsync("UPDATE audit_log SET code = 'X' WHERE chain = '365d'");
        await world.Verifier.WatchAsync(CancellationToken.None);
        await world.Verifier.WatchAsync(CancellationToken.None);

        var alerts = Alerts(world);
        Assert.Equal(["broken-chain", "dangerous-execution", "self-approval"], alerts.Select(alert => alert.Rule).Order());
        Assert.Equal("t1", alerts.Single(alert => alert.Rule == "dangerous-execution").ToolId);
        Assert.Contains("365d", alerts.Single(alert => alert.Rule == "broken-chain").Summary, StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task Webhook_ReceiverFailsOnceAndRedirectsOnce_ArrivesSignedInTheEnd()
    {
        var got = new List<(string Signature, string Delivery, byte[] Body)>();
        var answers = new Queue<int>([500, 302, 204]);
        await using var receiver = await ReceiveAsync(async context =>
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            got.Add((context.Request.Headers["X-Capns-Signature"].ToString(), context.Request.Headers["X-Capns-Delivery"].ToString(), body.ToArray()));
            context.Response.Headers.Location = "/elsewhere";
            context.Response.StatusCode = answers.Dequeue();
        });
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        var options = new AuditOptions { SigningKeys = [AuditWorld.Key], PrivateWebhooks = true };
        await using var world = await AuditWorld.CreateAsync(options, time);
        await SetWebhookAsync(world, $"{receiver.Urls.First()}/hook");
        await world.Trail.AppendAsync(AuditWorld.Entry() with { Code = "SELF_APPROVAL" }, CancellationToken.None);
        await world.SealAllAsync();
        var sender = world.Services.GetRequiredService<WebhookSender>();

        Assert.Equal(1, await sender.SendAsync(CancellationToken.None));
        Assert.Equal(0, await sender.SendAsync(CancellationToken.None));
        time.Advance(WebhookSender.PauseAfter(1));
        Assert.Equal(1, await sender.SendAsync(CancellationToken.None));
        time.Advance(WebhookSender.PauseAfter(2));
        Assert.Equal(1, await sender.SendAsync(CancellationToken.None));
        Assert.Equal(0, await world.Database.ScalarAsync<long>("SELECT count(*) FROM alert_deliveries"));

        Assert.Equal(3, got.Count);
        Assert.Single(got.Select(one => one.Delivery).Distinct());
        var alert = JsonSerializer.Deserialize<ToolAuditAlert>(got[2].Body, WireJson.Options)!;
        Assert.Equal("self-approval", alert.Rule);
        var stamp = got[2].Signature.Split(',')[0][2..];
        var secret = world.Services.GetRequiredService<AuditKeys>().WebhookSecret(SelfApproval);
        byte[] signed = [.. Encoding.ASCII.GetBytes(stamp + "."), .. got[2].Body];
        Assert.StartsWith($"t={stamp},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed))}", got[2].Signature, StringComparison.Ordinal);
        Assert.Equal(2, got[2].Signature.Split("v1=").Length);
    }

    [ServersFact]
    public async Task Webhook_NameThatLeadsToThisMachine_IsNotCalled()
    {
        var called = false;
        await using var receiver = await ReceiveAsync(context =>
        {
            called = true;
            return Task.CompletedTask;
        });
        await using var world = await AuditWorld.CreateAsync();
        // As a name that changed its address after the rule was written.
        await SetWebhookAsync(world, $"http://localhost:{new Uri(receiver.Urls.First()).Port}/hook");
        await world.Trail.AppendAsync(AuditWorld.Entry() with { Code = "SELF_APPROVAL" }, CancellationToken.None);
        await world.SealAllAsync();

        Assert.Equal(1, await world.Services.GetRequiredService<WebhookSender>().SendAsync(CancellationToken.None));

        Assert.False(called);
        Assert.Contains("private network", await world.Database.ScalarAsync<string>("SELECT last_error FROM alert_deliveries"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.31.0.1", true)]
    [InlineData("192.168.1.1", true)]
    [InlineData("169.254.169.254", true)]
    [InlineData("100.64.0.1", true)]
    [InlineData("0.0.0.0", true)]
    [InlineData("255.255.255.255", true)]
    [InlineData("::1", true)]
    [InlineData("::", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("::10.0.0.1", true)]
    [InlineData("64:ff9b::a00:1", true)]
    [InlineData("2002:7f00:1::", true)]
    [InlineData("fd00::1", true)]
    [InlineData("fe80::1", true)]
    [InlineData("3fff::1", true)]
    [InlineData("93.184.216.34", false)]
    [InlineData("172.32.0.1", false)]
    [InlineData("2606:2800:220:1:248:1893:25c8:1946", false)]
    [InlineData("64:ff9b::5db8:d822", false)]
    public void Address_PrivateOrNot_IsKnown(string address, bool expected) => Assert.Equal(expected, WebhookAddress.IsPrivate(IPAddress.Parse(address)));

    [Theory]
    [InlineData("""{"name":"n","match":{}}""", "/match", "minProperties")]
    [InlineData("""{"match":{"outcome":"denied"}}""", "/name", "required")]
    [InlineData("""{"name":"n"}""", "/match", "required")]
    [InlineData("""{"name":"n","match":{"outcome":"no"}}""", "/match/outcome", "enum")]
    [InlineData("""{"name":"n","match":{"code":"X"},"threshold":0}""", "/threshold", "minimum")]
    [InlineData("""{"name":"n","match":{"code":"X"},"threshold":10001}""", "/threshold", "maximum")]
    [InlineData("""{"name":"n","match":{"code":"X"},"windowSeconds":86401}""", "/windowSeconds", "maximum")]
    [InlineData("""{"name":"n","match":{"code":"X"},"severity":"high"}""", "/severity", "enum")]
    [InlineData("""{"name":"n","match":{"code":"X"},"webhook":"ftp://example.com"}""", "/webhook", "format")]
    [InlineData("""{"name":"n","match":{"code":"X"},"webhook":"https://u:p@example.com"}""", "/webhook", "format")]
    [InlineData("""{"name":"n","match":{"code":"X"},"webhook":{"url":"http://169.254.169.254/latest"}}""", "/webhook", "address")]
    [InlineData("""{"name":"n","match":{"code":"X"},"webhook":"http://[::ffff:127.0.0.1]/"}""", "/webhook", "address")]
    [InlineData("""{"name":"n","match":{"code":"X"},"webhook":"http://2130706433/"}""", "/webhook", "address")]
    [InlineData("[]", "", "type")]
    public void Rule_WithAMistake_NamesTheField(string body, string path, string keyword)
    {
        Assert.Null(AlertRuleReader.Read(JsonSerializer.Deserialize<JsonElement>(body), Guid.NewGuid(), privateWebhooks: false, out var errors));
        Assert.Contains(errors, error => error.Path == path && error.Keyword == keyword);
    }

    private static Task<int> DenyAsync(AuditWorld world, string actor, IEnumerable<DateTimeOffset> times) =>
        world.Database.ExecuteAsync(world.IntakeSql(times.Select(at => ("365d", at, actor)), AuditOutcome.Denied));

    private static readonly Guid SelfApproval = new("a0000000-0000-4000-8000-000000000003");

    private static Task<int> SetWebhookAsync(AuditWorld world, string url) => world.Database.ExecuteAsync(
        $$"""UPDATE alert_rules SET rule = '{"match":{"code":"SELF_APPROVAL"},"threshold":1,"windowSeconds":60,"severity":"warning","per":"actor","webhook":"{{url}}"}' WHERE id = '{{SelfApproval}}'""");

    private static List<ToolAuditAlert> Alerts(AuditWorld world) =>
    [
        .. world.Sent.Rows.Where(row => row.Exchange == "tool.audit.alert").Select(row =>
        {
            using var document = JsonDocument.Parse(row.Body);
            return document.RootElement.GetProperty("data").Deserialize<ToolAuditAlert>(WireJson.Options)!;
        }),
    ];

    private static async Task<WebApplication> ReceiveAsync(RequestDelegate handle)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(handle);
        await app.StartAsync();
        return app;
    }
}
