using Capns.Registry.Worker.Operations;
using Capns.Registry.Worker.Persistence;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Capns.Registry.Worker.Tests.Operations;

public sealed class ExecutionRetentionTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 15, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("safe", 30)]
    [InlineData("moderate", 90)]
    [InlineData("restricted", 365)]
    [InlineData("dangerous", 2555)]
    [InlineData("", 365)]
    public void Kept_OfALevel_IsWhatTheSpecificationSays(string level, int days) => Assert.Equal(TimeSpan.FromDays(days), ExecutionRetention.Kept[level]);

    [ServersFact]
    public async Task Executions_PastTheirTime_GoWithAllThatBelongsToThem()
    {
        await using var database = await CreateAsync();
        foreach (var (level, kept) in ExecutionRetention.Kept)
        {
            await AddAsync(database, $"{level} gone", level, kept + TimeSpan.FromMinutes(1));
            await AddAsync(database, $"{level} kept", level, kept - TimeSpan.FromMinutes(1));
        }

        // Refused before it ran, and one that has not ended however old it is.
        await AddAsync(database, "refused gone", "safe", TimeSpan.FromDays(31));
        await AddAsync(database, "waits kept", "safe", TimeSpan.FromDays(100));
        await database.ExecuteAsync("UPDATE executions SET completed_at = NULL WHERE tool_ref = 'refused gone'; UPDATE executions SET due_at = now() WHERE tool_ref = 'waits kept'");

        await CleanAsync(database);

        Assert.Equal(6, await database.ScalarAsync<long>("SELECT count(*) FROM executions"));
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM executions WHERE tool_ref LIKE '%gone'"));
        Assert.Equal(6, await database.ScalarAsync<long>("SELECT count(DISTINCT execution_id) FROM execution_events"));
    }

    [ServersFact]
    public async Task Progress_ADayAfterTheEnd_GoesButOfDangerousTools()
    {
        await using var database = await CreateAsync();
        await AddAsync(database, "old", "safe", TimeSpan.FromHours(25));
        await AddAsync(database, "new", "safe", TimeSpan.FromHours(23));
        await AddAsync(database, "full record", "dangerous", TimeSpan.FromHours(25));
        await CleanAsync(database);
        // Behind the mark: what ends later is found, and what was looked at is not looked at again.
        await AddAsync(database, "next", "safe", TimeSpan.FromHours(24.5));
        await CleanAsync(database);

        Assert.Equal("full record,new", await database.ScalarAsync<string>(
            "SELECT string_agg(e.tool_ref, ',' ORDER BY e.tool_ref) FROM executions e JOIN execution_events v ON v.execution_id = e.id WHERE v.status = 'progress'"));
        Assert.Equal(4, await database.ScalarAsync<long>("SELECT count(*) FROM execution_events WHERE status = 'completed'"));
    }

    [ServersFact]
    public async Task Clean_MoreThanOneBatchAndTwoInstances_LeavesNothing()
    {
        await using var database = await CreateAsync();
        await database.ExecuteAsync(
            $"INSERT INTO executions (id, status, tool_ref, security_level, source, created_at, completed_at) SELECT gen_random_uuid(), 'completed', 'x', 'safe', 's', '{Now:O}'::timestamptz - interval '40 days', '{Now:O}'::timestamptz - interval '40 days' FROM generate_series(1, {ExecutionRetention.BatchSize * 2 + 1})");

        await Task.WhenAll(CleanAsync(database), CleanAsync(database));
        await CleanAsync(database);

        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM executions"));
    }

    [ServersFact]
    public async Task Results_ThatHaveExpired_Go()
    {
        await using var database = await CreateAsync();
        await AddAsync(database, "expired", "safe", TimeSpan.FromHours(1));
        await AddAsync(database, "kept", "safe", TimeSpan.FromHours(1));
        await database.ExecuteAsync(
            $"INSERT INTO execution_results (execution_id, content, content_type, bytes, sha256, expires_at) SELECT id, '', 'application/json', 0, '', '{Now:O}'::timestamptz + CASE tool_ref WHEN 'kept' THEN interval '1 minute' ELSE interval '-1 minute' END FROM executions");

        await CleanAsync(database);

        Assert.Equal("kept", await database.ScalarAsync<string>("SELECT string_agg(tool_ref, ',') FROM executions JOIN execution_results ON execution_id = id"));
    }

    private static async Task<TestDatabase> CreateAsync()
    {
        var database = await TestDatabase.CreateAsync();
        await Migrator.MigrateAsync(database.Source, CancellationToken.None);
        return database;
    }

    private static Task CleanAsync(TestDatabase database) =>
        new ExecutionRetention(database.Source, new ManualTime(Now), NullLogger<ExecutionRetention>.Instance).CleanAsync(CancellationToken.None);

    /// <summary>An execution that ended so long ago, with a progress and a final event.</summary>
    private static async Task AddAsync(TestDatabase database, string name, string level, TimeSpan age)
    {
        var (id, at) = (Guid.NewGuid(), (Now - age).ToString("O"));
        await database.ExecuteAsync(
            $"""
            INSERT INTO executions (id, status, tool_ref, security_level, source, created_at, completed_at) VALUES ('{id}', 'completed', '{name}', NULLIF('{level}', ''), 's', '{at}', '{at}');
            INSERT INTO execution_events (execution_id, sequence, type, status, state, payload, created_at) VALUES
                ('{id}', 1, 'tool.execution.progress', 'progress', 'running', json_build_object(), '{at}'), ('{id}', 2, 'tool.execution.completed', 'completed', 'completed', json_build_object(), '{at}')
            """);
    }
}
