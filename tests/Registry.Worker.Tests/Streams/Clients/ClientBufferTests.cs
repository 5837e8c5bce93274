using Capns.Registry.Worker.Streams.Live.Clients;
using Capns.Registry.Worker.Streams.Live.Events;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Streams.Clients;

public sealed class ClientBufferTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Take_BelowTheBound_GivesEveryEventAsItIs()
    {
        var buffer = Filled(10, Live.Started(), Live.Log(2, "a"), Live.Log(3, "b"), Live.Completed(4));

        var (sequences, merged) = Drain(buffer);

        Assert.Equal([1, 2, 3, 4], sequences);
        Assert.Equal(0, merged);
        Assert.Null(buffer.FullSince);
    }

    [Fact]
    public void Add_WhenFull_MergesLogLinesOfOneStreamAndKeepsAllOfThem()
    {
        var buffer = Filled(4, Live.Started(), Live.Log(2, "a"), Live.Log(3, "err", "stderr"), Live.Log(4, "b"), Live.Log(5, "c"), Live.Log(6, "d"), Live.Completed(7));

        var frames = Frames(buffer, out var merged);

        Assert.Equal([1, 3, 6, 7], frames.Select(frame => frame.GetProperty("data").GetProperty("sequence").GetInt32()));
        Assert.Equal("a\nb\nc\nd", frames[2].GetProperty("data").GetProperty("log").GetProperty("line").GetString());
        Assert.Equal(3, merged);
    }

    [Fact]
    public void Add_WhenFull_KeepsTheLatestProgressWithWhatItDoesNotSay()
    {
        var buffer = Filled(1, Live.Progress(1, 10, "first"), Live.Progress(2, 20), Live.Progress(3, 30));

        var data = Assert.Single(Frames(buffer, out _)).GetProperty("data");

        Assert.Equal((3, 30.0, "first"), (data.GetProperty("sequence").GetInt32(), data.GetProperty("progress").GetDouble(), data.GetProperty("message").GetString()));
    }

    [Fact]
    public void Add_WhenFull_NeverMergesAcrossAChangeOfState()
    {
        var buffer = Filled(3, Live.Log(1, "a"), Live.Retry(2), Live.Log(3, "b"), Live.Log(4, "c"));

        var frames = Frames(buffer, out _);

        Assert.Equal([1, 2, 4], frames.Select(frame => frame.GetProperty("data").GetProperty("sequence").GetInt32()));
        Assert.Equal("b\nc", frames[2].GetProperty("data").GetProperty("log").GetProperty("line").GetString());
    }

    [Fact]
    public void Add_StateEventsBeyondTheBound_AreKeptUpToTwiceOfItAndThenTheClientIsLost()
    {
        var buffer = new ClientBuffer(3, _time);
        for (var sequence = 1; sequence <= 6; sequence++)
        {
            buffer.Add(Live.Retry(sequence), EventShape.Execution);
        }

        Assert.False(buffer.IsOverrun);
        buffer.Add(Live.Retry(7), EventShape.Execution);

        Assert.True(buffer.IsOverrun);
        Assert.Equal([1, 2, 3, 4, 5, 6], Drain(buffer).Sequences);
    }

    [Fact]
    public void Add_ALongFloodOfLines_StaysBoundedAndSaysThatItIsCut()
    {
        var buffer = new ClientBuffer(2, _time);
        for (var sequence = 1; sequence <= 200; sequence++)
        {
            buffer.Add(Live.Log(sequence, new string('x', 8000)), EventShape.Execution);
        }

        var items = new List<BufferedItem>();
        buffer.Take(items, 10);
        Assert.Equal(2, items.Count);
        var frame = items[1].ToBytes();

        Assert.InRange(frame.Length, 8000, MergedProgress.MaxBytes + 1000);
        Assert.True(Live.Json(frame).GetProperty("data").GetProperty("truncated").GetBoolean());
    }

    [Fact]
    public void Add_FewButLargeEvents_IsFullByBytesAndThenTheClientIsLost()
    {
        var buffer = new ClientBuffer(1000, _time);
        var large = new string('x', 1024 * 1024);
        for (var sequence = 1; sequence <= 8; sequence++)
        {
            buffer.Add(Live.Of("tool.execution.progress", sequence, new { state = "retrying", kind = "retry", large }), EventShape.Execution);
        }

        Assert.NotNull(buffer.FullSince);
        Assert.False(buffer.IsOverrun);
        for (var sequence = 9; sequence <= 17; sequence++)
        {
            buffer.Add(Live.Of("tool.execution.progress", sequence, new { state = "retrying", kind = "retry", large }), EventShape.Execution);
        }

        Assert.True(buffer.IsOverrun);
        Assert.Equal(Enumerable.Range(1, 16), Drain(buffer).Sequences);
        Assert.Null(buffer.FullSince);
    }

    [Fact]
    public async Task TurnAsync_OneReplayHoldsAPage_OthersWaitForIt()
    {
        var buffer = new ClientBuffer(100, _time);
        await buffer.TurnAsync(default);
        var second = buffer.TurnAsync(default).AsTask();
        buffer.Add(Live.Log(1, new string('x', (int)ClientBuffer.ReplayBytes)), EventShape.Execution);
        var room = buffer.RoomAsync(default).AsTask();

        Assert.False(second.IsCompleted || room.IsCompleted);
        buffer.TurnEnds();
        await second.WaitAsync(TimeSpan.FromSeconds(10));
        Drain(buffer);
        await room.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void FullSince_UntilSomethingIsTaken_IsTheTimeItBecameFull()
    {
        var buffer = Filled(2, Live.Retry(1), Live.Retry(2));
        var since = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(3));
        buffer.Add(Live.Retry(3), EventShape.Execution);

        Assert.Equal(since, buffer.FullSince);
        Drain(buffer);

        Assert.Null(buffer.FullSince);
    }

    [Fact]
    public async Task RoomAsync_SeveralReplays_AllGoOnWhenThereIsRoom()
    {
        var buffer = Filled(4, Live.Retry(1), Live.Retry(2), Live.Retry(3), Live.Retry(4));
        var waiting = Enumerable.Range(0, 3).Select(_ => buffer.RoomAsync(default).AsTask()).ToList();
        Assert.All(waiting, wait => Assert.False(wait.IsCompleted));

        Drain(buffer);

        await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>Whatever happens in whatever order: sequences of an execution rise, nothing that changes a state is lost, no line is lost.</summary>
    [Fact]
    public void Add_AnyMixOfEvents_KeepsOrderStatesAndLines()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var buffer = new ClientBuffer(random.Next(25, 40), _time);
            var executions = new[] { Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid() };
            var next = executions.ToDictionary(id => id, _ => 1);
            var (states, lines) = (new List<(Guid, int)>(), new List<string>());
            for (var step = 0; step < 200; step++)
            {
                var id = executions[random.Next(3)];
                var sequence = next[id]++;
                if (states.Count < 5 && random.Next(12) == 0)
                {
                    states.Add((id, sequence));
                    buffer.Add(Live.Started(sequence, id), EventShape.Execution);
                }
                else
                {
                    lines.Add($"{id}/{sequence}");
                    buffer.Add(Live.Log(sequence, lines[^1], random.Next(2) == 0 ? "stdout" : "stderr", id), EventShape.Execution);
                }
            }

            var frames = Frames(buffer, out _).Select(frame => frame.GetProperty("data")).ToList();
            foreach (var id in executions)
            {
                var sequences = frames.Where(data => data.GetProperty("executionId").GetGuid() == id).Select(data => data.GetProperty("sequence").GetInt32()).ToList();
                Assert.Equal(sequences.Order().Distinct(), sequences);
            }

            Assert.Empty(states.Except(frames.Select(data => (data.GetProperty("executionId").GetGuid(), data.GetProperty("sequence").GetInt32()))));
            Assert.Equal(lines.Order(), frames.Where(data => data.TryGetProperty("log", out _)).SelectMany(data => data.GetProperty("log").GetProperty("line").GetString()!.Split('\n')).Order());
        }
    }

    private ClientBuffer Filled(int capacity, params LiveEvent[] events)
    {
        var buffer = new ClientBuffer(capacity, _time);
        foreach (var happened in events)
        {
            buffer.Add(happened, EventShape.Execution);
        }

        return buffer;
    }

    private static (List<int> Sequences, int Merged) Drain(ClientBuffer buffer)
    {
        var frames = Frames(buffer, out var merged);
        return ([.. frames.Select(frame => frame.GetProperty("data").GetProperty("sequence").GetInt32())], merged);
    }

    private static List<System.Text.Json.JsonElement> Frames(ClientBuffer buffer, out int merged)
    {
        var items = new List<BufferedItem>();
        merged = buffer.Take(items, int.MaxValue);
        return [.. items.Select(item => Live.Json(item.ToBytes()))];
    }
}
