using Capns.Registry.Worker.Streams.Live.Events;
using Capns.Registry.Worker.Streams.Live.Feeds;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Capns.Registry.Worker.Tests.Streams.Feeds;

/// <summary>Replay and live, in every order: each watcher hears each event once and in order.</summary>
public sealed class ReplayTests
{
    /// <summary>One run: events are stored and told in a disorder, some twice, some only stored; watchers come at any time, from anywhere.</summary>
    [Fact]
    public async Task Replay_AnyInterleavingWithWhatHappens_GivesEachEventOnceAndInOrder()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var count = random.Next(1, 60);
            var stored = new StoredInMemory { PageSize = random.Next(1, 20), NewestSize = random.Next(1, 80) };
            var feed = new ExecutionFeed(Live.Execution, random.Next(1, 70), new HistoryBudget());
            var before = random.Next(0, count + 1);
            foreach (var sequence in Enumerable.Range(1, before))
            {
                stored.Add(Live.Log(sequence));
            }

            var steps = Happening(random, stored, feed, before, count).Concat(Watchers(random, feed, stored, count, out var watchers)).ToArray();
            random.Shuffle(steps);
            await Task.WhenAll(steps.Select(step => Task.Run(step)));
            Fill(feed, count);
            await Task.WhenAll(watchers.Select(watcher => watcher.Replay));

            Assert.All(watchers, watcher => Assert.Equal(Enumerable.Range(watcher.From, count - watcher.From + 1), watcher.Heard));
        }
    }

    [Fact]
    public void ReadOrJoin_AfterTheLastEvent_JoinsInTheSameStep()
    {
        var feed = new ExecutionFeed(Live.Execution, 10, new HistoryBudget());
        feed.Establish([Live.Started(), Live.Log(2)]);
        var watcher = new Watcher(1);

        var first = feed.ReadOrJoin(watcher, 1, 1);
        var second = feed.ReadOrJoin(watcher, 2, 5);
        var third = feed.ReadOrJoin(watcher, 3, 5);
        feed.Offer(Live.Log(3));

        Assert.Equal([1], first.Events.Select(happened => happened.Sequence));
        Assert.Equal([2], second.Events.Select(happened => happened.Sequence));
        Assert.Equal((false, false, true), (first.Joined, second.Joined, third.Joined));
        Assert.Equal([3], watcher.Heard);
    }

    [Fact]
    public async Task RunAsync_FromBeforeTheHistory_ReadsTheStore()
    {
        var stored = new StoredInMemory { PageSize = 7 };
        foreach (var sequence in Enumerable.Range(1, 100))
        {
            stored.Add(Live.Log(sequence));
        }

        var feed = new ExecutionFeed(Live.Execution, 10, new HistoryBudget());
        feed.Establish(await stored.NewestAsync(Live.Execution, default));
        var watcher = new Watcher(5);

        await FeedReplay.RunAsync(feed, watcher, 5, stored, TimeProvider.System, default);

        Assert.Equal(Enumerable.Range(5, 96), watcher.Heard);
        Assert.InRange(stored.Reads, 10, 16);
    }

    /// <summary>Redis was restarted: it has only the newest event, and PostgreSQL does not have those before it yet.</summary>
    [Fact]
    public async Task RunAsync_TheStoreDoesNotHaveAllYet_WaitsForIt()
    {
        var time = new ManualTime(Live.Now);
        var (stored, watcher) = (new StoredInMemory(), new Watcher(2));
        stored.Add(Live.Started());
        stored.Add(Live.Log(2));
        var feed = new ExecutionFeed(Live.Execution, 10, new HistoryBudget());
        feed.Establish([Live.Log(5)]);

        var replay = FeedReplay.RunAsync(feed, watcher, 2, stored, time, default);
        await Eventually.TrueAsync(() => time.WaitingTimers > 0, "the replay to wait");
        Assert.Equal([2], watcher.Heard);
        stored.Add(Live.Log(4));
        time.Advance(TimeSpan.FromMilliseconds(50));
        await Eventually.TrueAsync(() => time.WaitingTimers > 0, "the replay to wait for the other");
        Assert.Equal([2], watcher.Heard);
        stored.Add(Live.Log(3));
        time.Advance(TimeSpan.FromSeconds(1));
        await replay.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal([2, 3, 4, 5], watcher.Heard);
    }

    [Fact]
    public async Task RunAsync_WhatIsMissingIsOldOrDoesNotCome_GoesOn()
    {
        var (stored, old, fresh) = (new StoredInMemory(), new Watcher(1), new Watcher(1));
        stored.Add(Live.Log(3));
        var feed = new ExecutionFeed(Live.Execution, 10, new HistoryBudget());
        feed.Establish([Live.Log(7)]);

        await FeedReplay.RunAsync(feed, old, 1, stored, new ManualTime(Live.Now + GapPatience.OldAge + TimeSpan.FromSeconds(1)), default).WaitAsync(TimeSpan.FromSeconds(10));
        var time = new ManualTime(Live.Now);
        var replay = FeedReplay.RunAsync(feed, fresh, 1, stored, time, default);
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return replay.IsCompleted;
            },
            "the replay to go on");

        Assert.Equal([3, 7], old.Heard);
        Assert.Equal([3, 7], fresh.Heard);
    }

    [Fact]
    public void Offer_EventsOfAnApproval_HaveTheirPlaceAmongTheOthers()
    {
        var feed = new ExecutionFeed(Live.Execution, 10, new HistoryBudget());
        feed.Establish([Live.Started()]);
        var (watcher, late) = (new Watcher(2), new Watcher(1));
        feed.ReadOrJoin(watcher, 2, 10);
        var requested = Live.Document("tool.approval.requested", 2, new { approvalId = "a", status = "pending" });

        var isGap = feed.Offer(Live.Of("tool.execution.progress", 3, new { state = "approval-required", kind = "state" }));
        feed.Offer(LiveEventReader.FromDocument(requested)!);
        // The same, as the event log has it.
        feed.Offer(LiveEventReader.FromLog("tool.approval.requested", System.Text.Encoding.UTF8.GetString(LiveEventReader.FromDocument(requested)!.Payload.Span)));

        Assert.True(isGap);
        Assert.Equal([2, 3], watcher.Heard);
        Assert.Equal([1, 2, 3], feed.ReadOrJoin(late, 1, 10).Events.Select(happened => happened.Sequence));
    }

    [Fact]
    public void History_WhenAllTogetherHoldTooMuch_KeepsTheLeastAndForgetsAtTheEnd()
    {
        var budget = new HistoryBudget(100_000);
        var (first, second) = (new ExecutionFeed(Live.Execution, 1000, budget), new ExecutionFeed(Live.Execution, 1000, budget));
        foreach (var feed in new[] { first, second })
        {
            feed.Establish([]);
            foreach (var sequence in Enumerable.Range(1, 100))
            {
                feed.Offer(Live.Log(sequence, new string('x', 2000)));
            }
        }

        Assert.InRange(budget.Used, 100_000, 100_000 + HistoryBudget.LeastBytes);
        Assert.NotNull(second.ReadOrJoin(new Watcher(1), 1, 10).Store);
        Assert.Equal(100, Assert.Single(second.ReadOrJoin(new Watcher(1), 100, 10).Events).Sequence);

        first.Forget();
        second.Forget();
        second.Offer(Live.Log(101));
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public void Offer_UnnumberedEventTwice_IsHeardOnce()
    {
        var feed = new ExecutionFeed(Live.Execution, 10, new HistoryBudget());
        feed.Establish([]);
        var watcher = new Watcher(1);
        feed.ReadOrJoin(watcher, 1, 1);
        var workflow = Live.Document("tool.workflow.started", 0, new { runId = "a" }, id: "one");

        feed.Offer(LiveEventReader.FromDocument(workflow)!);
        feed.Offer(LiveEventReader.FromDocument(workflow)!);

        Assert.Equal([0], watcher.Heard);
    }

    [Fact]
    public async Task GapFiller_WhatIsMissingIsStored_TellsItAtOnce()
    {
        var (feed, stored, watcher, gaps) = await WithGapAsync(new ManualTime());
        stored.Add(Live.Log(2));
        stored.Add(Live.Log(3));

        gaps.Fill(1, () => feed.Gap, found => feed.Offer(found), feed.GiveUpGap);
        await Eventually.TrueAsync(() => feed.Gap is null, "the gap to close");

        Assert.Equal([1, 2, 3, 4], watcher.Heard);
    }

    [Fact]
    public async Task GapFiller_WhatIsMissingDoesNotCome_GoesOnWhenPatienceEnds()
    {
        var time = new ManualTime(Live.Now);
        var (feed, _, watcher, gaps) = await WithGapAsync(time);

        gaps.Fill(1, () => feed.Gap, found => feed.Offer(found), feed.GiveUpGap);
        for (var waited = TimeSpan.Zero; waited < GapPatience.Longest - TimeSpan.FromMilliseconds(100); waited += TimeSpan.FromMilliseconds(50))
        {
            await Eventually.TrueAsync(() => time.WaitingTimers > 0, "the filler to wait");
            Assert.Equal([1], watcher.Heard);
            time.Advance(TimeSpan.FromMilliseconds(50));
        }

        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return feed.Gap is null;
            },
            "the gap to be given up");
        Assert.Equal([1, 4], watcher.Heard);
    }

    [Fact]
    public async Task GapFiller_TheEventIsOld_DoesNotWait()
    {
        var (feed, _, watcher, gaps) = await WithGapAsync(new ManualTime(Live.Now + GapPatience.OldAge + TimeSpan.FromSeconds(1)));

        gaps.Fill(1, () => feed.Gap, found => feed.Offer(found), feed.GiveUpGap);
        await Eventually.TrueAsync(() => feed.Gap is null, "the gap to be given up");

        Assert.Equal([1, 4], watcher.Heard);
    }

    private static Task<(ExecutionFeed Feed, StoredInMemory Stored, Watcher Watcher, GapFiller Gaps)> WithGapAsync(TimeProvider time)
    {
        var (feed, stored, watcher) = (new ExecutionFeed(Live.Execution, 10, new HistoryBudget()), new StoredInMemory(), new Watcher(1));
        feed.Establish([]);
        feed.ReadOrJoin(watcher, 1, 10);
        feed.Offer(Live.Started());
        Assert.True(feed.Offer(Live.Completed(4)));
        return Task.FromResult((feed, stored, watcher, new GapFiller(stored, time, NullLogger<GapFiller>.Instance)));
    }

    /// <summary>Each later event is stored, after those before it, and told by one of several tellers; some twice, some never.</summary>
    private static List<Func<Task>> Happening(Random random, StoredInMemory stored, ExecutionFeed feed, int before, int count)
    {
        var steps = new List<Func<Task>> { async () => feed.Establish(await stored.NewestAsync(Live.Execution, default)) };
        foreach (var sequence in Enumerable.Range(before + 1, count - before))
        {
            for (var time = random.Next(0, 3); time > 0; time--)
            {
                steps.Add(() =>
                {
                    foreach (var earlier in Enumerable.Range(before + 1, sequence - before))
                    {
                        stored.Add(Live.Log(earlier));
                    }

                    feed.Offer(Live.Log(sequence));
                    return Task.CompletedTask;
                });
            }
        }

        return steps;
    }

    private static IEnumerable<Func<Task>> Watchers(Random random, ExecutionFeed feed, StoredInMemory stored, int count, out List<Watcher> watchers)
    {
        watchers = [.. Enumerable.Range(0, 4).Select(_ => new Watcher(random.Next(1, count + 1)))];
        return [.. watchers.Select(watcher => (Func<Task>)(() =>
        {
            watcher.Replay = ReplayAsync(feed, watcher, stored);
            return Task.CompletedTask;
        }))];
    }

    private static async Task ReplayAsync(ExecutionFeed feed, Watcher watcher, StoredInMemory stored)
    {
        while (feed.Next == 0)
        {
            await Task.Yield();
        }

        await FeedReplay.RunAsync(feed, watcher, watcher.From, stored, TimeProvider.System, default);
    }

    /// <summary>What nobody told is found.</summary>
    private static void Fill(ExecutionFeed feed, int count)
    {
        foreach (var sequence in Enumerable.Range(1, count))
        {
            feed.Offer(Live.Log(sequence));
        }
    }

    private sealed class Watcher(int from) : IReplayListener
    {
        public int From => from;

        public List<int> Heard { get; } = [];

        public Task Replay { get; set; } = Task.CompletedTask;

        public void Hear(LiveEvent happened) => Heard.Add(happened.Sequence);

        public async ValueTask RoomAsync(CancellationToken cancellationToken) => await Task.Yield();
    }
}
