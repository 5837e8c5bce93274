using System.Text.Json;
using Capns.Access;
using Capns.Access.Rules;
using Capns.Contracts.Discovery;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Learning;
using Capns.Discovery.Worker.Recommendations;
using Capns.Discovery.Worker.Requests;
using Capns.Discovery.Worker.Rights;
using Capns.Discovery.Worker.Search;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Requests;

/// <summary>Answers over some tools and a graph that a test fills; PostgreSQL is away.</summary>
internal sealed class AnswersWorld : IDisposable
{
    private readonly NpgsqlDataSource _nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Timeout=1");
    private readonly FactsWatch _facts;
    private readonly DiscoveryAnswers _answers;

    public AnswersWorld(params CatalogueTool[] tools)
    {
        Catalogue = new CatalogueSnapshot(1, tools);
        var index = new CurrentIndex();
        _ = index.FollowAsync(new CatalogueChange(Catalogue, []), CancellationToken.None);
        var reader = new CatalogueReader(_nowhere);
        _facts = new FactsWatch(new ToolFactsReader(_nowhere, Time), Time, NullLogger<FactsWatch>.Instance);
        _answers = new DiscoveryAnswers(
            index, new CurrentFacts(_facts), new Situations(Graph, Time), new RelationAnswers(Graph, Time), new ParameterSchemas(reader, Time), Time);
    }

    public CatalogueSnapshot Catalogue { get; }

    public KnownGraph Graph { get; } = new();

    public ManualTime Time { get; } = new();

    /// <summary>Somebody with role user: safe and moderate tools.</summary>
    public RightsFilter Rights(bool isStale = false) => new(
        new Caller { Kind = CallerKind.User, Id = "alice", Roles = ["user"] }, agentId: null, AccessSnapshot.Empty, Time.GetUtcNow(), isStale);

    public Situations Situations() => new(Graph, Time);

    public static DiscoveryQuestion Question(string json)
    {
        var (question, refusal) = DiscoveryRules.Read(JsonElement.Parse(json));
        Assert.Null(refusal);
        return question!;
    }

    public Task<(ToolRecommendationUpdated? Answer, Capns.Contracts.Executions.ErrorDetail? Refusal)> TryAskAsync(string json) =>
        _answers.AnswerAsync(Question(json), Rights(), "discovery", CancellationToken.None);

    public async Task<ToolRecommendationUpdated> AskAsync(string json)
    {
        var (answer, refusal) = await TryAskAsync(json);
        Assert.Null(refusal);
        return answer!;
    }

    public async Task<IEnumerable<string>> NamesAsync(string json) => (await AskAsync(json)).Recommendations.Select(tool => tool.Name);

    public AgentUse Use(CatalogueTool tool, int n = 4, double s = 4, int daysAgo = 1) =>
        new(tool.Id, n, s, 100, 1, Time.GetUtcNow() - TimeSpan.FromDays(daysAgo), []);

    public ToolRelation Relation(CatalogueTool from, RelationType type, CatalogueTool to, double strength = 0.8, string? reason = null) => new(
        from.Id, type, to.Id, strength, type == RelationType.UsedWith ? 6 : 0, type == RelationType.UsedWith ? strength : null, "a test", reason,
        type == RelationType.UsedWith ? Time.GetUtcNow() : null, VersionRange: null);

    public void Dispose()
    {
        _facts.Dispose();
        _nowhere.Dispose();
    }
}
