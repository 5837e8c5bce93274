using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts;
using Capns.Core.Json;
using Capns.Registry.Worker.Audit;
using Capns.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Capns.Registry.Worker.Tests.Audit;

public sealed class AuditChainTests
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public void Text_OfAnyEntry_IsItsCanonicalJson()
    {
        var record = AuditIntake.Record(AuditWorld.Entry() with { Code = "A\u0001\"\\B", Ip = "::1", RequestId = "r/ü", TraceId = "t" }, DateTimeOffset.UnixEpoch.AddTicks(12_345_678));
        var text = new AuditText();

        var written = text.Canonical(record, 17);

        var parsed = JsonSerializer.Deserialize<JsonElement>(written);
        Assert.Equal(CanonicalJson.Write(parsed), written);
        Assert.Equal("1970-01-01T00:00:01.234567Z", parsed.GetProperty("at").GetString());
        Assert.Equal("A\u0001\"\\B", parsed.GetProperty("code").GetString());
        Assert.Equal(17, parsed.GetProperty("seq").GetInt32());
        Assert.False(parsed.TryGetProperty("onBehalfOf", out _));
    }

    [Fact]
    public void Record_WhatCannotBeStored_IsToldInItsPlace()
    {
        var halves = AuditIntake.Record(AuditWorld.Entry() with { ObjectId = "a\0b\ud800" }, DateTimeOffset.UnixEpoch);
        var large = AuditIntake.Record(AuditWorld.Entry() with { Details = new JsonObject { ["x"] = new string('x', AuditIntake.MaxDetails) } }, DateTimeOffset.UnixEpoch);

        Assert.Equal("ab\ufffd", halves.ObjectId);
        Assert.Contains("\"omitted\"", large.Details, StringComparison.Ordinal);
        Assert.Contains("\"sha256\"", large.Details, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_WhatLooksLikeACredential_IsRedactedWhoeverWroteIt()
    {
        const string Token = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
        var record = AuditIntake.Record(
            AuditWorld.Entry() with { RequestId = Token, Details = new JsonObject { ["deep"] = new JsonArray(new JsonObject { ["x"] = $"token {Token}" }) } }, DateTimeOffset.UnixEpoch);

        Assert.Equal("""{"deep":[{"x":"token [redacted]"}]}""", record.Details);
        Assert.Equal("[redacted]", record.RequestId);
    }

    [Theory]
    [InlineData(SecurityLevel.Safe, "30d")]
    [InlineData(SecurityLevel.Moderate, "90d")]
    [InlineData(SecurityLevel.Restricted, "365d")]
    [InlineData(SecurityLevel.Dangerous, "2555d")]
    [InlineData(null, "365d")]
    public void Chain_OfALevel_IsItsRetentionClass(SecurityLevel? level, string chain) => Assert.Equal(chain, AuditChain.Of(level));

    [ServersFact]
    public async Task Seal_ManyWritersAndTwoInstances_LinksEveryEntryOnce()
    {
        await using var world = await AuditWorld.CreateAsync();
        var second = world.AddInstance().GetRequiredService<AuditSealer>();
        using var stop = new CancellationTokenSource();
        var sealing = new[] { world.Sealer, second }.Select(sealer => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await sealer.SealAsync(CancellationToken.None);
            }
        })).ToArray();

        await Parallel.ForEachAsync(Enumerable.Range(1, 400), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, token) =>
            await world.Trail.AppendAsync(AuditWorld.Entry(number, (SecurityLevel)(number % 5)), token));
        await stop.CancelAsync();
        await Task.WhenAll(sealing);
        await world.SealAllAsync();

        var found = await world.Verifier.VerifyAsync(null, CancellationToken.None);
        Assert.True(found.Ok, found.BrokenAt?.Detail);
        Assert.Equal((400, 0), (found.Chains.Sum(chain => chain.Entries), found.Unsealed));
        Assert.Equal(400, await world.Database.ScalarAsync<long>("SELECT count(DISTINCT object_id) FROM audit_log"));
    }

    [ServersFact]
    public async Task Seal_ConnectionsLostAgainAndAgain_LosesAndDoublesNothing()
    {
        await using var world = await AuditWorld.CreateAsync();
        using var stop = new CancellationTokenSource();
        var sealing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await world.Sealer.SealAsync(CancellationToken.None);
            }
        });
        for (var round = 0; round < 5; round++)
        {
            // Straight into the table, in one statement: what is accepted is what this has counted.
            await WithRetryAsync(() => world.Database.ExecuteAsync(
                world.IntakeSql(Enumerable.Range(0, 300).Select(n => ("30d", Now, $"u{n}")))));
            await world.Database.CloseConnectionsAsync();
        }

        await stop.CancelAsync();
        await sealing;
        await world.SealAllAsync();

        var found = await world.Verifier.VerifyAsync("30d", CancellationToken.None);
        Assert.True(found.Ok, found.BrokenAt?.Detail);
        Assert.Equal((1500, 0), (found.Chains.Sum(chain => chain.Entries), found.Unsealed));
    }

    [ServersFact]
    public async Task Seal_ATransactionThatCommitsLate_IsSealedLateAndNotLost()
    {
        await using var world = await AuditWorld.CreateAsync();
        await using var late = await world.Database.Source.OpenConnectionAsync();
        await using var open = await late.BeginTransactionAsync();
        await using var insert = new NpgsqlCommand(world.IntakeSql([("365d", Now, "late")]), late);
        await insert.ExecuteNonQueryAsync();

        await world.FillAsync(3);
        Assert.Equal(3, await world.Database.ScalarAsync<long>("SELECT count(*) FROM audit_log"));
        await open.CommitAsync();
        Assert.Equal(1, (await world.Verifier.VerifyAsync(null, CancellationToken.None)).Unsealed);
        await world.SealAllAsync();

        Assert.Equal(4, await world.Database.ScalarAsync<long>("SELECT seq FROM audit_log WHERE actor_id = 'late'"));
        Assert.True((await world.Verifier.VerifyAsync(null, CancellationToken.None)).Ok);
    }

    [ServersTheory]
    [InlineData("UPDATE audit_log SET actor_id = 'user-2' WHERE seq = 5", 5, "altered")]
    [InlineData("UPDATE audit_log SET details = replace(details::text, '5', '6')::json WHERE seq = 5", 5, "altered")]
    [InlineData("UPDATE audit_log SET details = replace(details::text, ':5', ': 5')::json WHERE seq = 5", 5, "altered")]
    [InlineData("UPDATE audit_log SET at = at + interval '1 microsecond' WHERE seq = 5", 5, "altered")]
    [InlineData("UPDATE audit_log SET code = '' WHERE seq = 5", 5, "altered")]
    [InlineData("DELETE FROM audit_log WHERE seq = 5", 5, "missing")]
    [InlineData("DELETE FROM audit_log WHERE seq IN (1, 2)", 1, "missing")]
    [InlineData("DELETE FROM audit_log WHERE seq > 8", 9, "missing")]
    [InlineData("DELETE FROM audit_log WHERE seq > 8; UPDATE audit_chains SET seq = 8, hash = (SELECT hash FROM audit_log WHERE seq = 8) WHERE chain = '365d'", 9, "head")]
    [InlineData("UPDATE audit_log SET seq = -seq WHERE seq IN (5, 6); UPDATE audit_log SET seq = 11 + seq WHERE seq < 0", 5, "link")]
    [InlineData("UPDATE audit_log SET prev_hash = hash, hash = prev_hash WHERE seq = 5", 5, "link")]
    [InlineData("DELETE FROM audit_log", 1, "missing")]
    [InlineData("DELETE FROM audit_log; DELETE FROM audit_chains WHERE chain = '365d'", 1, "head")]
    [InlineData("DELETE FROM audit_log; UPDATE audit_chains SET seq = 0, hash = repeat('0', 64), generation = 0, signature = NULL WHERE chain = '365d'", 1, "head")]
    [InlineData("UPDATE audit_log SET seq = 11, id = gen_random_uuid() WHERE seq = 10", 10, "missing")]
    [InlineData("INSERT INTO audit_log SELECT gen_random_uuid(), chain, 11, at, actor_kind, actor_id, on_behalf_of, action, object_kind, object_id, security_level, outcome, code, ip, request_id, trace_id, details, hash, hash, mac FROM audit_log WHERE seq = 10", 11, "altered")]
    public async Task Verify_AfterTampering_LocatesTheFirstBrokenEntry(string tampering, long seq, string reason)
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.FillAsync(10);
        Assert.True((await world.Verifier.VerifyAsync(null, CancellationToken.None)).Ok);

        await world.TamperAsync(tampering);

        var found = await world.Verifier.VerifyAsync(null, CancellationToken.None);
        Assert.False(found.Ok);
        Assert.Equal(("365d", seq, reason), (found.BrokenAt!.Chain, found.BrokenAt.Seq, found.BrokenAt.Reason));
    }

    [ServersTheory]
    [InlineData(3)]
    [InlineData(10)]
    public async Task Verify_TailRewrittenWithCorrectHashes_IsForgedFromTheFirstRewrittenEntryOn(long from)
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.FillAsync(10);
        // Everything that can be computed without the key is right: content, hashes, links.
        var text = new AuditText();
        var entries = new List<SealedRecord>();
        await using (var command = world.Database.Source.CreateCommand($"SELECT {SealedRecord.Columns} FROM audit_log ORDER BY seq"))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                entries.Add(SealedRecord.Read(reader));
            }
        }

        var previous = from == 1 ? AuditChain.NoHash : entries[(int)from - 2].Hash;
        for (var seq = from; seq <= 10; seq++)
        {
            var forged = entries[(int)seq - 1].Record with { ActorId = "nobody" };
            var hash = text.Hash(forged, seq, previous);
            await world.TamperAsync($"UPDATE audit_log SET actor_id = 'nobody', prev_hash = '{previous}', hash = '{hash}' WHERE seq = {seq}");
            previous = hash;
        }

        await world.TamperAsync($"UPDATE audit_chains SET hash = '{previous}' WHERE chain = '365d'");

        var found = await world.Verifier.VerifyAsync(null, CancellationToken.None);
        Assert.Equal((from, "forged"), (found.BrokenAt!.Seq, found.BrokenAt.Reason));
    }

    [ServersFact]
    public async Task Seal_EndOfTheChainIsForged_EntriesWaitAndSomebodyIsTold()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.FillAsync(3);
        await world.TamperAsync("UPDATE audit_chains SET seq = 2 WHERE chain = '365d'");
        await world.Trail.AppendAsync(AuditWorld.Entry(), CancellationToken.None);
        await world.Trail.AppendAsync(AuditWorld.Entry(level: SecurityLevel.Safe), CancellationToken.None);

        await world.SealAllAsync();
        await world.SealAllAsync();

        Assert.Equal(1, await world.Database.ScalarAsync<long>("SELECT count(*) FROM audit_intake"));
        Assert.Equal(1, await world.Database.ScalarAsync<long>("SELECT count(*) FROM audit_log WHERE chain = '30d'"));
        Assert.Single(world.Sent.Rows, row => row.Exchange == "tool.audit.alert");
    }

    [ServersFact]
    public async Task Verify_KeyChangedWithTheFormerOneBehind_IsWell()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.FillAsync(3);
        var changed = world.AddInstance(new AuditOptions { SigningKeys = ["another key, also long enough for this", AuditWorld.Key] });
        var stranger = world.AddInstance(new AuditOptions { SigningKeys = ["another key, also long enough for this"] });

        await changed.GetRequiredService<IAuditTrail>().AppendAsync(AuditWorld.Entry(), CancellationToken.None);
        await changed.GetRequiredService<AuditSealer>().SealAsync(CancellationToken.None);

        Assert.True((await changed.GetRequiredService<AuditVerifier>().VerifyAsync(null, CancellationToken.None)).Ok);
        var refused = await stranger.GetRequiredService<AuditVerifier>().VerifyAsync(null, CancellationToken.None);
        Assert.Equal((1, "forged"), (refused.BrokenAt!.Seq, refused.BrokenAt.Reason));
    }

    [ServersTheory]
    [InlineData("UPDATE audit_log SET actor_id = 'x'")]
    [InlineData("DELETE FROM audit_log WHERE seq = 1")]
    [InlineData("DELETE FROM audit_log")]
    [InlineData("TRUNCATE audit_log")]
    [InlineData("UPDATE audit_intake SET actor_id = 'x'")]
    [InlineData("DELETE FROM audit_intake")]
    [InlineData("TRUNCATE audit_intake")]
    [InlineData("DELETE FROM audit_checkpoints")]
    public async Task Tables_ChangedInAnyWay_AreRefusedByTheDatabase(string sql)
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.FillAsync(3);
        await world.Keeping.CheckpointAsync(CancellationToken.None);
        await world.Trail.AppendAsync(AuditWorld.Entry(), CancellationToken.None);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => world.Database.ExecuteAsync(sql));

        Assert.Equal(PostgresErrorCodes.IntegrityConstraintViolation, refused.SqlState);
        Assert.Equal(3, await world.Database.ScalarAsync<long>("SELECT count(*) FROM audit_log"));
    }

    [ServersFact]
    public async Task Retention_OldEntries_AreRemovedFromTheOldEndAndTheRestVerifies()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.Database.ExecuteAsync(world.IntakeSql([.. new[] { 60, 40, 31, 29, 1 }.Select(age => ("30d", Now.AddDays(-age), $"u{age}")), ("90d", Now.AddDays(-60), "u")]));
        await world.SealAllAsync();

        Assert.Equal(3, await world.Keeping.RemoveAsync(CancellationToken.None));
        Assert.Equal(0, await world.Keeping.RemoveAsync(CancellationToken.None));

        Assert.Equal("u29,u1,u", await world.Database.ScalarAsync<string>("SELECT string_agg(actor_id, ',' ORDER BY chain, seq) FROM audit_log"));
        var found = await world.Verifier.VerifyAsync("30d", CancellationToken.None);
        Assert.True(found.Ok, found.BrokenAt?.Detail);
        Assert.Equal((4, 5), (found.Chains[0].First, found.Chains[0].Last));
        await world.FillAsync(2, SecurityLevel.Safe);
        Assert.True((await world.Verifier.VerifyAsync(null, CancellationToken.None)).Ok);
    }

    [ServersFact]
    public async Task Checkpoint_OncePerDay_IsSignedAndHeldAgainstTheChain()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.FillAsync(4);
        await world.Keeping.CheckpointAsync(CancellationToken.None);
        await world.FillAsync(2);
        await world.Keeping.CheckpointAsync(CancellationToken.None);
        Assert.Equal(4, await world.Database.ScalarAsync<long>("SELECT sum(seq)::bigint FROM audit_checkpoints"));
        Assert.True((await world.Verifier.VerifyAsync(null, CancellationToken.None)).Ok);

        await world.TamperAsync("UPDATE audit_checkpoints SET hash = repeat('a', 64)");

        var found = await world.Verifier.VerifyAsync(null, CancellationToken.None);
        Assert.Equal((4, "checkpoint"), (found.BrokenAt!.Seq, found.BrokenAt.Reason));
    }

    private static async Task WithRetryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (NpgsqlException exception) when (exception is not PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            // A pooled connection that the server has ended; what it was given has not reached it.
            await work();
        }
    }
}
