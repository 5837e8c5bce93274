using System.Text.Json;
using Capns.Access;
using Capns.Access.Messages;
using Capns.Access.Rules;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Learning;
using Capns.Discovery.Worker.Recommendations;
using Capns.Discovery.Worker.Requests;
using Capns.Discovery.Worker.Rights;
using Capns.Discovery.Worker.Search;
using Capns.Discovery.Worker.Tests.Rights;
using Capns.Hosting.Configuration;
using Capns.Hosting.Redis;
using Capns.Messaging;
using Capns.Messaging.Outbound;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Requests;

/// <summary>Agents that asked are told when their tools change (platform spec 7.3, rule 9), over real servers and a clock of the test's own.</summary>
public sealed class RecommendationUpdatesTests : IAsyncLifetime
{
    private static readonly Caller Alice = new() { Kind = CallerKind.User, Id = "alice", Roles = ["user"], Agents = new HashSet<string> { "a1" } };
    private readonly ManualTime _time = new();
    private readonly TestTables _tables = new() { Rules = new AccessSnapshot(1, [], [], []) };
    private readonly KnownGraph _graph = new();
    private readonly Sent _sent = new();
    private TestCatalogue _catalogue = null!;
    private OwnRedis _redis = null!;
    private RedisConnection _connection = null!;
    private CatalogueWatch _watch = null!;
    private FactsWatch _facts = null!;
    private AccessState _state = null!;
    private AskingAgents _agents = null!;
    private RecommendationUpdates _updates = null!;

    public async Task InitializeAsync()
    {
        if (!ServerUrls.Required && ServerUrls.Missing is not null)
        {
            return;
        }

        _catalogue = await TestCatalogue.CreateAsync();
        _redis = await OwnRedis.StartAsync();
        _connection = new RedisConnection(new RedisSettings { Host = _redis.Url.Host, Port = _redis.Url.Port }, NullLogger<RedisConnection>.Instance);
        await Eventually.TrueAsync(() => _connection.IsAvailable, "Redis");
        _agents = new AskingAgents(_connection, _time);
        _state = new AccessState(_tables, _time);
        var (reader, index) = (new CatalogueReader(_catalogue.Source), new CurrentIndex());
        _watch = new CatalogueWatch(reader, [index], _time, NullLogger<CatalogueWatch>.Instance);
        _facts = new FactsWatch(new ToolFactsReader(_catalogue.Source, _time), _time, NullLogger<FactsWatch>.Instance);
        var current = new CurrentFacts(_facts);
        var answers = new DiscoveryAnswers(
            index, current, new Situations(_graph, _time), new RelationAnswers(_graph, _time), new ParameterSchemas(reader, _time), _time);
        var callers = new RememberedCallers(new LastRules(_state, _time, NullLogger<LastRules>.Instance), AnonymousRights.Default, _time);
        _updates = new RecommendationUpdates(
            _agents, answers, callers, current, _watch, new OutboundDocuments(new BusSettings { RabbitMqUrl = new Uri("amqp://x") }, _time), _sent,
            ServiceSettings.Read(new EnvironmentReader(_ => null), "discovery"), _time, NullLogger<RecommendationUpdates>.Instance);
        await ChangeAsync(Example.Tool("first"));
    }

    public async Task DisposeAsync()
    {
        if (_catalogue is not null)
        {
            _updates.Dispose();
            _watch.Dispose();
            _facts.Dispose();
            _state.Dispose();
            await _connection.DisposeAsync();
            await _redis.DisposeAsync();
            await _catalogue.DisposeAsync();
        }
    }

    [ServersFact]
    public async Task Change_OfTheCatalogue_IsToldOnceToWhoAsked()
    {
        await AskedAsync("a1");
        await LookAsync();
        Assert.Empty(_sent.All);

        await ChangeAsync(Example.Tool("second"));
        await LookAsync();
        await LookAsync();

        var told = Assert.Single(_sent.All);
        Assert.Equal(("a1", "catalog", "recommend"), (Text(told, "agentId"), Text(told, "trigger"), Text(told, "mode")));
        Assert.Equal(2, told.GetProperty("recommendations").GetArrayLength());
    }

    [ServersFact]
    public async Task Change_ThatLeavesTheToolsAsTheyAre_IsNotTold()
    {
        await AskedAsync("a1");
        await LookAsync();
        await ChangeAsync(Example.Tool("off") with { Availability = ToolAvailability.Disabled });
        await LookAsync();
        Assert.Empty(_sent.All);
    }

    [ServersFact]
    public async Task Changes_WithinAMinute_AreToldTogetherWhenItIsOver()
    {
        await AskedAsync("a1");
        await LookAsync();
        await ChangeAsync(Example.Tool("second"));
        await LookAsync();
        await ChangeAsync(Example.Tool("third"));
        await ChangeAsync(Example.Tool("fourth"));
        await LookAsync();
        Assert.Single(_sent.All);

        _time.Advance(RecommendationUpdates.LeastBetween);
        await LookAsync();

        Assert.Equal(2, _sent.All.Count);
        Assert.Equal(("catalog", 4), (Text(_sent.All[1], "trigger"), _sent.All[1].GetProperty("recommendations").GetArrayLength()));
    }

    [ServersFact]
    public async Task Agents_NothingHasChanged_AreNotWorkedOutAgain()
    {
        await AskedAsync("a1");
        await LookAsync();
        // Time alone changes what is recommended too; nobody is told of that.
        _graph.Uses["a1"] = [];
        var before = _graph.UsesAsked;
        await LookAsync();
        Assert.Equal(before, _graph.UsesAsked);

        await AskedAsync("a2");
        await LookAsync();
        Assert.Equal(before + 1, _graph.UsesAsked);
    }

    [ServersFact]
    public async Task Agent_ThatHasNotAskedForADay_IsForgotten()
    {
        await AskedAsync("a1");
        await LookAsync();
        _time.Advance(AskingAgents.Remembered + TimeSpan.FromMilliseconds(1));
        await ChangeAsync(Example.Tool("second"));
        await LookAsync();
        Assert.Empty(_sent.All);
        Assert.Empty(await _agents.ListAsync());
    }

    [ServersFact]
    public async Task Caller_WhoseAccountIsGone_IsToldNothingMore()
    {
        var account = new ServiceAccount { Id = Guid.CreateVersion7(), Name = "indexer", Roles = ["service"], Permissions = [], CreatedAt = _time.GetUtcNow() };
        _tables.Rules = new AccessSnapshot(2, [], [], [account]);
        await AskedAsync("a1", account.AsCaller(CallerProof.Broker));
        await LookAsync();
        _tables.Rules = new AccessSnapshot(3, [], [], []);
        _time.Advance(TimeSpan.FromSeconds(2));

        await ChangeAsync(Example.Tool("second"));
        await LookAsync();

        Assert.Empty(_sent.All);
    }

    [ServersFact]
    public async Task Graph_IsAway_NobodyIsToldUntilItIsBack()
    {
        await AskedAsync("a1");
        await LookAsync();
        await ChangeAsync(Example.Tool("second"));
        _graph.IsAway = true;
        await LookAsync();
        Assert.Empty(_sent.All);

        _graph.IsAway = false;
        await LookAsync();
        Assert.Single(_sent.All);
    }

    [ServersFact]
    public async Task Broker_IsAway_TheAgentIsToldLater()
    {
        await AskedAsync("a1");
        await LookAsync();
        await ChangeAsync(Example.Tool("second"));
        _sent.IsAway = true;
        await Assert.ThrowsAsync<MessageNotConfirmedException>(LookAsync);

        _sent.IsAway = false;
        await LookAsync();
        Assert.Single(_sent.All);
    }

    [ServersFact]
    public async Task Redis_EveryKey_ExpiresWithinADay()
    {
        await AskedAsync("a1");
        await LookAsync();
        var keys = (string[])(await _connection.ExecuteAsync("KEYS", "*"))!;
        Assert.Equal(["recommend:agent:a1", "recommend:agents", "recommend:caller:a1", "recommend:pass"], keys.Order(StringComparer.Ordinal));
        foreach (var key in keys)
        {
            Assert.InRange((long)await _connection.ExecuteAsync("PTTL", (StackExchange.Redis.RedisKey)key), 1, (long)AskingAgents.Remembered.TotalMilliseconds);
        }
    }

    [ServersFact]
    public async Task Lead_OfAnotherInstance_KeepsThisOneStill()
    {
        await AskedAsync("a1");
        Assert.True(await _agents.TryLeadAsync("another", TimeSpan.FromMinutes(1)));
        await LookAsync();
        Assert.Null((await _agents.FindAsync("a1")).Last.Top);
    }

    [ServersFact]
    public async Task Asked_WhileAnInstanceLooks_NeitherForgetsTheOther()
    {
        await AskedAsync("a1");
        await _agents.KeepAsync("a1", new LastRecommended(["t"], _time.GetUtcNow()));
        await AskedAsync("a1", Alice with { Roles = [] });
        var (caller, last) = await _agents.FindAsync("a1");
        Assert.Equal((CallerHeader.Write(Alice with { Roles = [] }), _time.GetUtcNow()), (caller, last.ToldAt));
        Assert.Equal(["t"], last.Top!);
    }

    private static string? Text(JsonElement data, string member) => data.GetProperty(member).GetString();

    private Task AskedAsync(string agent, Caller? caller = null) => _agents.AskedAsync(agent, CallerHeader.Write(caller ?? Alice));

    private Task LookAsync() => _updates.LookAsync(CancellationToken.None);

    private async Task ChangeAsync(CatalogueTool tool)
    {
        await _catalogue.PutAsync(tool);
        await _watch.RefreshAsync(CancellationToken.None);
        await _facts.RefreshAsync(CancellationToken.None);
    }

    private sealed class Sent : IMessagePublisher
    {
        public bool IsAway { get; set; }

        public List<JsonElement> All { get; } = [];

        public Task PublishAsync(OutboundMessage message, CancellationToken cancellationToken = default)
        {
            if (IsAway)
            {
                throw new MessageNotConfirmedException("away", null);
            }

            All.Add(JsonElement.Parse(message.Body.Span).GetProperty("data"));
            return Task.CompletedTask;
        }

        public Task<PublishReport> PublishAsync(IReadOnlyList<OutboundMessage> messages, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();
    }
}
