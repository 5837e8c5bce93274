using Capns.Discovery.Worker.Learning;
using Capns.Discovery.Worker.Learning.Rules;
using Capns.Discovery.Worker.Persistence;
using Capns.Testing;
using Npgsql;

namespace Capns.Discovery.Worker.Tests.Learning;

/// <summary>This worker's schema in a database of its own, what is learned in it, and a clock.</summary>
internal sealed class LearningData : IAsyncDisposable
{
    public static readonly Guid A = Guid.Parse("aaaaaaaa-0000-0000-0000-000000000001");
    public static readonly Guid B = Guid.Parse("bbbbbbbb-0000-0000-0000-000000000002");
    public static readonly Guid C = Guid.Parse("cccccccc-0000-0000-0000-000000000003");
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 15, 0, TimeSpan.Zero);

    private static readonly string[] Tables =
    [
        "graph_state", "graph_dirty", "graph_relations", "agent_tool_usage", "context_suggestions", "tool_sessions", "session_tools", "session_pairs",
        "tool_quality", "tool_days", "tool_durations", "learning_events", "learning_applied", "learning_corrections",
    ];

    private LearningData(TestDatabase database)
    {
        Database = database;
        Store = new LearningStore(database.Source, Time);
    }

    public TestDatabase Database { get; }

    public NpgsqlDataSource Source => Database.Source;

    public ManualTime Time { get; } = new(Start.AddDays(1));

    public LearningStore Store { get; }

    public static async Task<LearningData> CreateAsync()
    {
        var database = await TestDatabase.CreateAsync();
        await DiscoveryDatabase.Migrations.ApplyAsync(database.Source, CancellationToken.None);
        return new LearningData(database);
    }

    /// <summary>An execution of agent <c>x</c> in discussion <c>d</c>.</summary>
    public static Observation Run(Guid tool, int minute, bool completed = true, int ms = 100, string? agent = "x", string? session = "discussion:d") =>
        new(Guid.NewGuid(), tool, agent, completed, ms, 0.01m, Start.AddMinutes(minute), session);

    /// <summary>Feedback of agent <c>x</c>.</summary>
    public static Feedback Say(Guid tool, decimal x, Guid? execution = null) => Named($"e-{Guid.NewGuid()}", tool, x, execution);

    public static Feedback Named(string eventId, Guid tool, decimal x, Guid? execution) => new()
    {
        EventId = eventId,
        ToolId = tool,
        AgentId = "x",
        ExecutionId = execution,
        Outcome = "success",
        X = x,
        SessionKey = "discussion:d",
        At = Start,
        Payload = $$"""{"eventId":"{{eventId}}","effectiveness":{{x.ToString(System.Globalization.CultureInfo.InvariantCulture)}}}""",
    };

    public Task<LearningResult> LearnAsync(Observation observation) => Store.ApplyAsync(observation, CancellationToken.None);

    public Task<LearningResult> LearnAsync(Feedback feedback) => Store.ApplyAsync(feedback, CancellationToken.None);

    /// <summary>Every row of every table, as text.</summary>
    public Task<string> DumpAsync() => DumpAsync(Tables);

    /// <summary>What follows from what was learned: without epochs and marks, which tell how many transactions there were.</summary>
    public Task<string> FactsAsync() => DumpAsync([.. Tables.Where(table => table is not ("graph_state" or "graph_dirty"))], withoutEpoch: true);

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    /// <summary>One value of a relation between two tools.</summary>
    public async Task<decimal?> RelationAsync(string type, string column, Guid one, Guid other)
    {
        var pair = ToolPair.Of(one, other);
        return await Database.ScalarAsync<decimal?>(
            $"SELECT {column}::numeric FROM discovery.graph_relations WHERE type = '{type}' AND from_id = '{pair.First}' AND to_id = '{pair.Second}'");
    }

    private async Task<string> DumpAsync(string[] tables, bool withoutEpoch = false)
    {
        var lines = new List<string>();
        foreach (var table in tables)
        {
            var row = withoutEpoch ? "(to_jsonb(t) - 'epoch')::text" : "to_jsonb(t)::text";
            await using var command = Source.CreateCommand($"SELECT {row} COLLATE \"C\" AS line FROM discovery.{table} t ORDER BY 1");
            await using var rows = await command.ExecuteReaderAsync();
            while (await rows.ReadAsync())
            {
                lines.Add($"{table} {rows.GetString(0)}");
            }
        }

        return string.Join('\n', lines);
    }
}
