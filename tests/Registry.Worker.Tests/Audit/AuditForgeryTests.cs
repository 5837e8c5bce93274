using Capns.Contracts;
using Capns.Registry.Worker.Audit;
using Capns.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Capns.Registry.Worker.Tests.Audit;

/// <summary>What somebody may try who owns the database and not the key: each attempt is seen, and stops as little as possible.</summary>
public sealed class AuditForgeryTests
{
    private const string SaveEnds = "CREATE TABLE stolen AS SELECT * FROM audit_chains; CREATE TABLE stolen_log AS SELECT * FROM audit_log";

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [ServersFact]
    public async Task Chain_PutBackToAnEarlierEndThatWasGenuine_IsSeenAndNotContinued()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.FillAsync(3);
        await world.Database.ExecuteAsync(SaveEnds);
        await world.FillAsync(2);
        await world.TamperAsync(
            """
            DELETE FROM audit_log WHERE chain = '365d' AND seq > 3;
            UPDATE audit_chains c SET seq = s.seq, hash = s.hash, generation = s.generation, signature = s.signature FROM stolen s WHERE s.chain = c.chain AND c.chain = '365d'
            """);

        var found = await world.Verifier.VerifyAsync(null, CancellationToken.None);
        await world.FillAsync(1);
        await world.FillAsync(1, SecurityLevel.Safe);

        Assert.Equal(("365d", 4, "head"), (found.BrokenAt!.Chain, found.BrokenAt.Seq, found.BrokenAt.Reason));
        Assert.Equal((1, 3), (await CountAsync(world, "audit_log WHERE chain = '30d'"), await CountAsync(world, "audit_log WHERE chain = '365d'")));
        Assert.Contains("broken-chain", Alerts(world));
    }

    [ServersFact]
    public async Task Chain_OnceItsStolenEndIsRestored_GoesOn()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.FillAsync(3);
        await world.Database.ExecuteAsync(SaveEnds);
        await world.TamperAsync("UPDATE audit_chains SET seq = 1 WHERE chain = '365d'");
        await world.FillAsync(1);
        await world.FillAsync(1, SecurityLevel.Safe);
        Assert.False((await world.Verifier.VerifyAsync("365d", CancellationToken.None)).Ok);

        await world.Database.ExecuteAsync("UPDATE audit_chains c SET seq = s.seq FROM stolen s WHERE s.chain = c.chain AND c.chain = '365d'");
        await world.SealAllAsync();

        var found = await world.Verifier.VerifyAsync(null, CancellationToken.None);
        Assert.True(found.Ok, found.BrokenAt?.Detail);
        Assert.Equal((5, 0), (found.Chains.Sum(chain => chain.Entries), found.Unsealed));
    }

    [ServersFact]
    public async Task Everything_PutBackToAnEarlierState_IsToldByWhoeverKnowsALaterOne()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.FillAsync(3);
        await world.Database.ExecuteAsync(SaveEnds);
        await world.FillAsync(2);
        await world.TamperAsync(
            """
            DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM stolen_log;
            UPDATE audit_chains c SET seq = s.seq, hash = s.hash, generation = s.generation, signature = s.signature FROM stolen s WHERE s.chain = c.chain
            """);
        Assert.DoesNotContain("broken-chain", Alerts(world));

        await world.SealAllAsync();

        Assert.Contains("broken-chain", Alerts(world));
    }

    [ServersFact]
    public async Task Intake_EntriesThatThisInstallationDidNotSign_AreSealedAsForgeries()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.FillAsync(2);
        var (unsigned, stolen) = (Guid.NewGuid(), Guid.NewGuid());
        await world.Trail.AppendAsync(AuditWorld.Entry(7), CancellationToken.None);
        await world.TamperAsync(
            $"""
            INSERT INTO audit_intake (id, chain, at, actor_kind, actor_id, action, object_kind, outcome) VALUES ('{unsigned}', '365d', now(), 'user', 'eve', 'a.b', 'tool', 'ok');
            INSERT INTO audit_intake (id, chain, at, actor_kind, actor_id, action, object_kind, outcome, mac) SELECT '{stolen}', chain, at, actor_kind, 'eve', action, object_kind, outcome, mac FROM audit_intake WHERE mac IS NOT NULL;
            """);

        await world.SealAllAsync();

        Assert.Equal(0, await CountAsync(world, "audit_intake"));
        Assert.Equal(0, await CountAsync(world, "audit_log WHERE actor_id = 'eve'"));
        Assert.Equal(2, await CountAsync(world, $"audit_log WHERE action = 'audit.forged' AND outcome = 'failed' AND id IN ('{unsigned}', '{stolen}') AND details::text LIKE '%eve%'"));
        Assert.Equal(1, await CountAsync(world, "audit_log WHERE object_id = 'tool-7'"));
        Assert.True((await world.Verifier.VerifyAsync(null, CancellationToken.None)).Ok);
        Assert.Contains("forged-entry", Alerts(world));
    }

    [ServersFact]
    public async Task Intake_EntryThatWasAltered_IsSealedAsAForgery()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.Trail.AppendAsync(AuditWorld.Entry(), CancellationToken.None);
        await world.TamperAsync("UPDATE audit_intake SET outcome = 'denied'");

        await world.SealAllAsync();

        Assert.Equal("audit.forged", await world.Database.ScalarAsync<string>("SELECT action FROM audit_log"));
    }

    [ServersFact]
    public async Task Intake_CopiesOfWhatIsSealed_AreDroppedAndDoNotStopTheRest()
    {
        await using var world = await AuditWorld.CreateAsync();
        var sql = world.IntakeSql([("365d", Now, "once")]);
        await world.Database.ExecuteAsync(sql);
        await world.Database.ExecuteAsync(sql);
        await world.SealAllAsync();
        await world.Database.ExecuteAsync(sql);
        await world.FillAsync(1);

        var found = await world.Verifier.VerifyAsync(null, CancellationToken.None);
        Assert.True(found.Ok, found.BrokenAt?.Detail);
        Assert.Equal((2, 0), (found.Chains.Sum(chain => chain.Entries), found.Unsealed));
    }

    [ServersFact]
    public async Task Log_ARowBehindTheEndOfAChain_StopsThatChainOnlyAndIsTold()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.FillAsync(2);
        await world.TamperAsync(
            "INSERT INTO audit_log SELECT gen_random_uuid(), chain, 3, at, actor_kind, actor_id, on_behalf_of, action, object_kind, object_id, security_level, outcome, code, ip, request_id, trace_id, details, hash, hash, mac FROM audit_log WHERE seq = 2");

        await world.FillAsync(1);
        await world.FillAsync(1, SecurityLevel.Safe);

        Assert.Equal((1, 1), (await CountAsync(world, "audit_intake"), await CountAsync(world, "audit_log WHERE chain = '30d'")));
        Assert.Contains("broken-chain", Alerts(world));
    }

    [ServersFact]
    public async Task Retention_DaysShortenedInTheDatabase_RemovesNothingSooner()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.Database.ExecuteAsync(world.IntakeSql([("365d", Now.AddDays(-300), "u")]));
        await world.SealAllAsync();

        await world.Database.ExecuteAsync("UPDATE audit_chains SET retention_days = 0");

        Assert.Equal(0, await world.Keeping.RemoveAsync(CancellationToken.None));
        Assert.Equal(1, await CountAsync(world, "audit_log"));
    }

    [ServersFact]
    public async Task Retention_OfAnEntryMadeOlderThanItIs_KeepsItAsEvidence()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.FillAsync(3);
        await world.TamperAsync("UPDATE audit_log SET at = at - interval '10 years'");

        Assert.Equal(0, await world.Keeping.RemoveAsync(CancellationToken.None));

        Assert.Equal(3, await CountAsync(world, "audit_log"));
        Assert.Contains("broken-chain", Alerts(world));
    }

    [ServersFact]
    public async Task Checkpoint_OfAForgedEnd_IsNotSigned()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.FillAsync(3);
        await world.FillAsync(1, SecurityLevel.Safe);
        await world.TamperAsync("UPDATE audit_chains SET hash = repeat('a', 64) WHERE chain = '365d'");

        Assert.Equal(1, await world.Keeping.CheckpointAsync(CancellationToken.None));

        Assert.Equal("30d", await world.Database.ScalarAsync<string>("SELECT string_agg(chain, ',') FROM audit_checkpoints"));
    }

    [ServersFact]
    public async Task Day_WhenOneHasEnded_IsClosedOnceWhicheverInstanceComesFirst()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.Database.ExecuteAsync(world.IntakeSql([("30d", Now.AddDays(-31), "old"), ("30d", Now, "new")]));
        await world.SealAllAsync();
        var second = world.AddInstance();

        Assert.True(await world.Services.GetRequiredService<AuditDay>().LookAsync(CancellationToken.None));
        Assert.True(await second.GetRequiredService<AuditDay>().LookAsync(CancellationToken.None));

        Assert.Equal((1, 1), (await CountAsync(world, "audit_checkpoints"), await CountAsync(world, "audit_log")));
        Assert.Equal(1, await world.Database.ScalarAsync<long>("SELECT sum(entries)::bigint FROM audit_counts WHERE grain = 'day'"));
        var found = await world.Verifier.VerifyAsync(null, CancellationToken.None);
        Assert.True(found.Ok, found.BrokenAt?.Detail);
    }

    private static async Task<int> CountAsync(AuditWorld world, string from) => (int)await world.Database.ScalarAsync<long>($"SELECT count(*) FROM {from}");

    private static List<string> Alerts(AuditWorld world) =>
    [
        .. world.Sent.Rows.Where(row => row.Exchange == "tool.audit.alert").Select(row =>
        {
            using var document = System.Text.Json.JsonDocument.Parse(row.Body);
            return document.RootElement.GetProperty("data").GetProperty("rule").GetString()!;
        }),
    ];
}
