using System.Text;
using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Streams.Live.Events;
using Capns.Registry.Worker.Streams.Live.Feeds;

namespace Capns.Registry.Worker.Tests.Streams;

/// <summary>Events of executions, as they come from the bus.</summary>
internal static class Live
{
    public static readonly Guid Execution = Guid.Parse("0195561f-3a80-7a51-8f1e-2c4b6d8e0f12");

    public static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 15, 0, TimeSpan.Zero);

    public static LiveEvent Log(int sequence, string line = "a line", string stream = "stdout", Guid? execution = null) =>
        Of("tool.execution.progress", sequence, new { state = "running", kind = "log", log = new { stream, line } }, execution);

    public static LiveEvent Progress(int sequence, double? progress = null, string? message = null) =>
        Of("tool.execution.progress", sequence, new { state = "running", kind = "progress", progress, message });

    public static LiveEvent Started(int sequence = 1, Guid? execution = null) => Of("tool.execution.started", sequence, new { state = "running" }, execution);

    public static LiveEvent Retry(int sequence) => Of("tool.execution.progress", sequence, new { state = "retrying", kind = "retry" });

    public static LiveEvent Completed(int sequence, object? result = null, bool shared = false, Guid? execution = null) =>
        Of("tool.execution.completed", sequence, new { state = "completed", result = result ?? 8, shareResults = shared }, execution);

    public static LiveEvent Of(string name, int sequence, object more, Guid? execution = null, string? id = null) =>
        LiveEventReader.FromDocument(Document(name, sequence, more, execution, id))!;

    public static byte[] Document(string name, int sequence, object more, Guid? execution = null, string? id = null)
    {
        var data = JsonSerializer.SerializeToNode(new { executionId = execution ?? Execution, sequence, timestamp = Now, discussionId = "disc-1", agentId = "agent-1", securityLevel = "safe" }, WireJson.Options)!.AsObject();
        foreach (var (member, value) in JsonSerializer.SerializeToNode(more, WireJson.Options)!.AsObject().ToList())
        {
            data[member] = value?.DeepClone();
        }

        return Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { specversion = "1.0", id = id ?? Guid.NewGuid().ToString(), type = name, data }, WireJson.Options));
    }

    /// <summary>The JSON of a frame made for WebSocket.</summary>
    public static JsonElement Json(ReadOnlyMemory<byte> frame)
    {
        var head = (frame.Span[1] & 0x7F) switch { 126 => 4, 127 => 10, _ => 2 };
        return JsonSerializer.Deserialize<JsonElement>(frame.Span[head..]);
    }
}

/// <summary>Stands for Redis and PostgreSQL.</summary>
internal sealed class StoredInMemory : IStoredEvents
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, LiveEvent> _events = [];

    public int Reads { get; private set; }

    public int PageSize { get; init; } = 1000;

    public int NewestSize { get; init; } = 1000;

    public void Add(LiveEvent happened)
    {
        lock (_lock)
        {
            _events[happened.Sequence] = happened;
        }
    }

    public Task<IReadOnlyList<LiveEvent>> ReadAsync(Guid executionId, int from, int before, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Reads++;
            return Task.FromResult<IReadOnlyList<LiveEvent>>([.. _events.Values.Where(happened => happened.Sequence >= from && happened.Sequence < before).Take(PageSize)]);
        }
    }

    public Task<IReadOnlyList<LiveEvent>> NewestAsync(Guid executionId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<LiveEvent>>([.. _events.Values.TakeLast(NewestSize)]);
        }
    }

    public Task<IReadOnlyList<LiveEvent>> SinceAsync(IReadOnlyCollection<(Guid ExecutionId, int From)> feeds, CancellationToken cancellationToken) =>
        ReadAsync(feeds.First().ExecutionId, feeds.First().From, int.MaxValue, cancellationToken);
}
