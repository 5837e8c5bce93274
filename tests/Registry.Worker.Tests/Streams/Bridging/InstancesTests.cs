using System.Globalization;
using System.Text;
using Capns.Access;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Outbox;
using Capns.Registry.Worker.Streams.Live.Bridging;
using Capns.Registry.Worker.Streams.Live.Events;
using Capns.Registry.Worker.Streams.Live.Rooms;
using Capns.Registry.Worker.Streams.Live.Sessions;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using Xunit;

namespace Capns.Registry.Worker.Tests.Streams.Bridging;

/// <summary>Instances beside each other on one PostgreSQL and one Redis, which may go away.</summary>
public sealed class InstancesTests(CatalogueFixture catalogue) : IClassFixture<CatalogueFixture>
{
    private readonly Guid _id = Guid.CreateVersion7();

    [ServersFact]
    public async Task Append_OnOneInstance_IsHeardOnceOnEach()
    {
        await using var first = new Instance(catalogue.Database, TestRedis.Url);
        await using var second = new Instance(catalogue.Database, TestRedis.Url);
        await Task.WhenAll(first.ConnectedAsync(), second.ConnectedAsync());
        var (here, there) = (await first.ListenAsync(_id), await second.ListenAsync(_id));

        first.Stream.Append(_id, null, Document(1), final: false);
        second.Stream.Append(_id, null, Document(2), final: false);
        first.Stream.Append(_id, null, Document(3, "completed"), final: true);
        await there.HearsAsync(1, 2, 3);
        await here.HearsAsync(1, 2, 3);

        // Everybody's echoes have come when a later message has.
        second.Events.Append(_id, null, Document(4), final: false);
        await here.HearsAsync(1, 2, 3, 4);
        await there.HearsAsync(1, 2, 3, 4);
    }

    [ServersFact]
    public async Task Listen_AfterTheFact_ReadsRedisAndWhatIsOlderFromPostgreSql()
    {
        await using var instance = new Instance(catalogue.Database, TestRedis.Url);
        await instance.ConnectedAsync();
        await RecordAsync(1, 2, 3, 4);
        foreach (var sequence in new[] { 3, 4, 5, 6 })
        {
            instance.Events.Append(_id, null, Document(sequence), final: false);
        }

        await Eventually.TrueAsync(async () => (await instance.Stored.NewestAsync(_id, default)).Count == 4, "the stream");
        Assert.Equal([3, 4, 5, 6], (await instance.Stored.NewestAsync(_id, default)).Select(happened => happened.Sequence));
        Assert.Equal([1, 2], (await instance.Stored.ReadAsync(_id, 1, 3, default)).Select(happened => happened.Sequence));
        Assert.Equal([4, 5], (await instance.Stored.ReadAsync(_id, 4, 6, default)).Select(happened => happened.Sequence));

        var listener = await instance.ListenAsync(_id, from: 2);
        await listener.HearsAsync(2, 3, 4, 5, 6);
    }

    [ServersFact]
    public async Task Keeper_WhileRedisIsAway_BringsWhatOtherInstancesRecorded()
    {
        await using var redis = await OwnRedis.StartAsync();
        await using var instance = new Instance(catalogue.Database, redis.Url);
        await instance.ConnectedAsync();
        await redis.StopAsync();
        await Eventually.TrueAsync(() => !instance.Redis.IsAvailable, "Redis to be away");
        var listener = await instance.ListenAsync(_id);
        await RecordAsync(1, 2);
        await instance.Keeper.LookAsync(default);
        await listener.HearsAsync(1, 2);

        // The end is recorded before what came before it: it waits.
        await RecordAsync(5);
        await instance.Keeper.LookAsync(default);
        Assert.Equal([1, 2], listener.Sequences);
        await RecordAsync(3, 4);
        await instance.Keeper.LookAsync(default);
        await listener.HearsAsync(1, 2, 3, 4, 5);
    }

    [ServersFact]
    public async Task Keeper_WhileRedisIsAway_BringsDiscussionsWhatOtherInstancesRecorded()
    {
        await using var redis = await OwnRedis.StartAsync();
        await using var instance = new Instance(catalogue.Database, redis.Url);
        await instance.ConnectedAsync();
        await redis.StopAsync();
        await Eventually.TrueAsync(() => !instance.Redis.IsAvailable, "Redis to be away");
        var (room, listener) = (RoomName.OfDiscussion("disc-1"), new Listener());
        Assert.True(await instance.Hub.JoinAsync(room, listener));
        await RecordAsync(1, 2);
        await instance.Keeper.LookAsync(default);
        await RecordAsync(3);
        await instance.Keeper.LookAsync(default);

        Assert.Equal([1, 2, 3], listener.Of(_id));
        instance.Hub.Leave(room, listener);
        Assert.Empty(instance.Hub.Discussions);
    }

    /// <summary>Pub/sub loses what is said while a connection breaks, and nobody notices.</summary>
    [ServersFact]
    public async Task Keeper_WhileRedisIsThere_BringsDiscussionsWhatItLost()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(1));
        await using var instance = new Instance(catalogue.Database, TestRedis.Url, time);
        await instance.ConnectedAsync();
        var (room, listener) = (RoomName.OfDiscussion("disc-1"), new Listener());
        Assert.True(await instance.Hub.JoinAsync(room, listener));
        time.Advance(2 * LiveKeeper.CalmInterval);
        await instance.Keeper.LookAsync(default);
        await RecordAsync(1, 2);

        await instance.Keeper.LookAsync(default);
        Assert.Empty(listener.Of(_id));
        time.Advance(LiveKeeper.CalmInterval);
        await instance.Keeper.LookAsync(default);

        Assert.Equal([1, 2], listener.Of(_id));
        instance.Hub.Leave(room, listener);
    }

    [ServersFact]
    public async Task Session_ThatCloses_IsSeenForTwoMinutes()
    {
        await using var instance = new Instance(catalogue.Database, TestRedis.Url);
        await instance.ConnectedAsync();
        var view = new SessionView(
            Guid.NewGuid().ToString(), "user-1", new Dictionary<string, int> { [$"execution:{_id}"] = 7, ["broadcast"] = 0 }, new EventFilter(["*.completed"], [], []));
        RedisKey key = $"session:ws:{view.ConnectionId}";

        new SessionShelf(instance.Redis, TimeProvider.System).Closed(view);

        await Eventually.TrueAsync(async () => (int)await instance.Redis.ExecuteAsync("TTL", key) is > 110 and <= 120, "the session");
        Assert.Equal($"{{\"execution:{_id}\":7}}", (string)await instance.Redis.ExecuteAsync("HGET", key, "lastSequences"));
        Assert.Contains("*.completed", (string)await instance.Redis.ExecuteAsync("HGET", key, "filters"), StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task Redis_ComesBack_ChannelsAreHeardAgain()
    {
        await using var redis = await OwnRedis.StartAsync();
        await using var first = new Instance(catalogue.Database, redis.Url);
        await using var second = new Instance(catalogue.Database, redis.Url);
        await Task.WhenAll(first.ConnectedAsync(), second.ConnectedAsync());
        var before = await second.ListenAsync(_id);
        await redis.StopAsync();
        await Eventually.TrueAsync(() => !first.Redis.IsAvailable && !second.Redis.IsAvailable, "Redis to be away");
        var other = Guid.CreateVersion7();
        var during = await second.ListenAsync(other);

        await redis.StartAgainAsync();
        await Task.WhenAll(first.ConnectedAsync(), second.ConnectedAsync());
        await second.Keeper.LookAsync(default);
        var sequence = 0;
        await Eventually.TrueAsync(
            () =>
            {
                sequence++;
                first.Stream.Append(_id, null, Document(sequence), final: false);
                first.Stream.Append(other, null, Document(sequence, execution: other), final: false);
                return Task.FromResult(before.Sequences.Count > 0 && during.Sequences.Count > 0);
            },
            "both channels");

        await Eventually.PassesAsync(() =>
        {
            Assert.Equal(Enumerable.Range(1, sequence), before.Sequences);
            Assert.Equal(Enumerable.Range(1, sequence), during.Sequences);
            return Task.CompletedTask;
        });
    }

    [ServersFact]
    public async Task Outbox_WorkflowsAndDeprecations_ReachTheirRoomsOnEveryInstance()
    {
        await using var first = new Instance(catalogue.Database, TestRedis.Url);
        await using var second = new Instance(catalogue.Database, TestRedis.Url);
        await Task.WhenAll(first.ConnectedAsync(), second.ConnectedAsync());
        var (own, execution, everybody) = (await first.ListenAsync(_id), await second.ListenAsync(_id), new Listener());
        Assert.True(await second.Hub.JoinAsync(RoomName.Broadcast, everybody));
        var outbox = new LiveOutbox(catalogue.Sent, first.Hub, first.Events);

        await outbox.EnqueueAsync([Row("tool.workflow.started"), Row("tool.approval.requested"), Row("tool.registered"), Row("tool.deprecated"), Row("capns.runner.default.high")]);

        await Eventually.TrueAsync(() => execution.Names.Count == 1 && everybody.Names.Count == 1, "the rooms");
        // Those of approvals come with the events of their execution, by their numbers.
        Assert.Equal(["tool.workflow.started"], execution.Names);
        Assert.Equal(["tool.deprecated"], everybody.Names);
        Assert.Equal(["tool.workflow.started"], own.Names);
        second.Hub.Leave(RoomName.Broadcast, everybody);
    }

    [ServersFact]
    public async Task Append_AnEventThatDoesNotNameItsDiscussion_IsHeardThereOnEveryInstanceAndReplayed()
    {
        await using var first = new Instance(catalogue.Database, TestRedis.Url);
        await using var second = new Instance(catalogue.Database, TestRedis.Url);
        await Task.WhenAll(first.ConnectedAsync(), second.ConnectedAsync());
        var (room, here, there) = (RoomName.OfDiscussion($"disc-{_id}"), new Listener(), new Listener());
        Assert.True(await first.Hub.JoinAsync(room, here) && await second.Hub.JoinAsync(room, there));

        first.Stream.Append(_id, room.DiscussionId, Nameless("tool.execution.started", 1), final: false);
        first.Stream.Append(_id, room.DiscussionId, Nameless("tool.approval.granted", 2), final: false);
        first.Stream.Append(_id, room.DiscussionId, Nameless("tool.execution.progress", 3), final: false);

        foreach (var listener in new[] { here, there })
        {
            await listener.HearsAsync(1, 2, 3);
            Assert.All(listener.Frames(EventShape.Discussion), frame => Assert.Equal(room.Text, frame.GetProperty("room").GetString()));
        }

        await (await second.ListenAsync(_id)).HearsAsync(1, 2, 3);
        first.Hub.Leave(room, here);
        second.Hub.Leave(room, there);
    }

    [ServersFact]
    public async Task Read_LargeEvents_GivesAPageOfBoundedBytesAndTheRestNextTime()
    {
        await using var instance = new Instance(catalogue.Database, TestRedis.Url);
        await instance.ConnectedAsync();
        await RecordAsync(1);
        var line = new string('x', 60_000);
        foreach (var sequence in Enumerable.Range(2, 59))
        {
            instance.Events.Append(_id, null, Live.Document("tool.execution.progress", sequence, new { state = "running", kind = "log", log = new { stream = "stdout", line } }, _id), final: false);
        }

        await Eventually.TrueAsync(async () => (await instance.Stored.NewestAsync(_id, default)).Count == 59, "the stream");
        var page = await instance.Stored.ReadAsync(_id, 1, 61, default);

        Assert.Equal(Enumerable.Range(1, page.Count), page.Select(happened => happened.Sequence));
        Assert.InRange(page.Sum(happened => happened.Payload.Length), StoredEvents.PageBytes / 2, StoredEvents.PageBytes + 100_000);
        await (await instance.ListenAsync(_id)).HearsAsync([.. Enumerable.Range(1, 60)]);
    }

    [ServersFact]
    public async Task Membership_OnceAnswered_IsKeptInRedis()
    {
        await using var instance = new Instance(catalogue.Database, TestRedis.Url);
        await instance.ConnectedAsync();
        var asked = 0;
        using var http = new HttpClient(new Counting(() => asked++));
        var service = new DiscussionService(new Uri("http://discussions"), http, instance.Redis, TimeProvider.System, NullLogger<DiscussionService>.Instance);
        var discussion = Guid.NewGuid().ToString();

        Assert.True(await service.HasAsync(discussion, "u", default));
        Assert.True(await service.HasAsync(discussion, "u", default));

        Assert.Equal(1, asked);
        var left = (int)await instance.Redis.ExecuteAsync("TTL", (RedisKey)$"cache:discussion:{discussion}:u");
        Assert.InRange(left, 50, 60);
    }

    [ServersTheory]
    [InlineData("caller-1", "", "", "", nameof(RoomAnswer.InFull))]
    // The agent of this one is a label: nobody proved to be it.
    [InlineData("owner", "agent-1", "", "", nameof(RoomAnswer.NotAllowed))]
    [InlineData("member", "", "disc-1", "", nameof(RoomAnswer.AsMember))]
    [InlineData("operator", "", "", "execution:read:any", nameof(RoomAnswer.InFull))]
    [InlineData("stranger", "agent-2", "disc-2", "", nameof(RoomAnswer.NotAllowed))]
    public async Task Rules_ForAnExecution_AreThoseOfTheSpecification(string caller, string agents, string discussions, string permission, string expected)
    {
        await RecordAsync(1);
        var rules = new RoomRules(catalogue.Services.GetRequiredService<IDbContextFactory<RegistryDbContext>>(), new Permissions(permission), new Nobody());
        var who = new Caller { Kind = CallerKind.User, Id = caller, Agents = new HashSet<string> { agents }, Discussions = new HashSet<string> { discussions } };

        Assert.Equal(expected, (await rules.AskAsync(who, [RoomName.OfExecution(_id)], default))[0].ToString());
        Assert.Equal(RoomAnswer.NotFound, (await rules.AskAsync(who, [RoomName.OfExecution(Guid.NewGuid())], default))[0]);
        Assert.Equal(discussions == "disc-1" ? RoomAnswer.AsMember : RoomAnswer.NotAllowed, (await rules.AskAsync(who, [RoomName.OfDiscussion("disc-1")], default))[0]);
        Assert.Equal(RoomAnswer.NotAllowed, (await rules.AskAsync(who with { Kind = CallerKind.Anonymous }, [RoomName.Broadcast], default))[0]);
        Assert.Equal(
            permission.Length > 0 ? RoomAnswer.InFull : RoomAnswer.NotAllowed,
            (await rules.AskAsync(who with { Kind = CallerKind.Anonymous }, [RoomName.OfExecution(_id)], default))[0]);
    }

    private byte[] Document(int sequence, string state = "running", Guid? execution = null) =>
        Live.Document(state == "running" ? "tool.execution.progress" : "tool.execution.completed", sequence, new { state, kind = "log" }, execution ?? _id);

    private byte[] Nameless(string name, int sequence) =>
        System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { id = Guid.NewGuid(), type = name, data = new { executionId = _id, sequence, state = "running" } });

    private OutboxRow Row(string routingKey) => new()
    {
        Id = Guid.NewGuid(),
        Seq = 1,
        Exchange = routingKey,
        RoutingKey = routingKey,
        OrderingKey = "",
        Body = Live.Document(routingKey, 0, new { }, _id),
        Properties = "{}",
        NextAttemptAt = Live.Now,
        CreatedAt = Live.Now,
    };

    /// <summary>Rows of the event log, as the saga writes them.</summary>
    private async Task RecordAsync(params int[] sequences)
    {
        await catalogue.Database.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
            INSERT INTO executions (id, status, tool_ref, source, created_at, caller_kind, caller_id, agent_id, discussion_id)
            VALUES ('{_id}', 'running', 'x', 'test', now(), 'user', 'caller-1', 'agent-1', 'disc-1') ON CONFLICT DO NOTHING
            """));
        foreach (var sequence in sequences)
        {
            var payload = Encoding.UTF8.GetString(LiveEventReader.FromDocument(Document(sequence))!.Payload.Span);
            // Fresh, so that what is missing before it may still come.
            payload = payload.Replace("2026-03-02T09:15:00.000Z", TimeProvider.System.GetUtcNow().ToString("O"), StringComparison.Ordinal);
            await catalogue.Database.ExecuteAsync($"""
                INSERT INTO execution_events (execution_id, sequence, type, status, state, payload, created_at)
                VALUES ('{_id}', {sequence}, 'tool.execution.progress', 'progress', 'running', '{payload}', now())
                """);
        }
    }

    private sealed class Permissions(string permission) : IAccessControl
    {
        public ValueTask<AccessDecision> DecideAsync(Caller caller, AccessQuestion question, RegistryDbContext db, CancellationToken cancellationToken) =>
            new(new AccessDecision { Effect = question.Action == permission ? AccessEffect.Allowed : AccessEffect.Denied, Reason = "" });
    }

    private sealed class Counting(Action asked) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            asked();
            return Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.OK));
        }
    }

    private sealed class Nobody : IDiscussionMembers
    {
        public ValueTask<bool> HasAsync(string discussionId, string userId, CancellationToken cancellationToken) => new(false);
    }
}
