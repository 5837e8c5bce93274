using Capns.Testing;
using Xunit;

namespace Capns.Integration.Tests;

/// <summary>kill -9 of the registry while it writes and seals audit entries: none is lost, none is linked twice (platform spec 8.5).</summary>
public sealed class AuditCrashTests
{
    [ServersFact]
    public async Task Registry_KilledAgainAndAgain_EveryExecutionHasItsEntriesOnceAndTheChainsAreWhole()
    {
        const int Count = 60;
        await using var platform = await Platform.StartAsync(settings: new Dictionary<string, string>
        {
            ["CAPNS_BENCH_NOOP_EXECUTOR"] = "true",
            ["RATE_LIMIT_RUNS"] = "100000",
        });
        await using var service = await platform.ConnectAsync();
        var ids = new List<Guid>();
        for (var number = 0; number < Count; number++)
        {
            ids.Add(await service.RequestAsync("id-generator", new { }));
            if (number % 20 == 10)
            {
                // In the middle of it: as soon as some entry stands in a chain.
                await Eventually.TrueAsync(
                    async () => await platform.Database.ScalarAsync<long>($"SELECT count(*) FROM audit_log WHERE object_id = '{ids[number / 20 * 20]}'") > 0,
                    "the first entries of this round", TimeSpan.FromSeconds(30));
                await platform.Registry.KillAsync();
                platform.Registry.Start();
            }
        }

        foreach (var id in ids)
        {
            await service.FinalAsync(id);
        }

        await Eventually.TrueAsync(async () => await platform.Database.ScalarAsync<long>("SELECT count(*) FROM audit_intake") == 0, "all to be sealed", TimeSpan.FromSeconds(30));
        foreach (var action in new[] { "execution.accept", "execution.finish" })
        {
            Assert.Equal((Count, Count), (
                await platform.Database.ScalarAsync<long>($"SELECT count(*) FROM audit_log WHERE action = '{action}'"),
                await platform.Database.ScalarAsync<long>($"SELECT count(DISTINCT object_id) FROM audit_log WHERE action = '{action}'")));
        }

        using var http = Platform.Administrator();
        Assert.Contains("\"ok\":true", await http.GetStringAsync(new Uri(platform.Registry.Address, "/api/v1/audit/verify")), StringComparison.Ordinal);
    }
}
