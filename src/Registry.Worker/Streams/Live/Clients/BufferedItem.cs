using Capns.Registry.Worker.Streams.Live.Events;

namespace Capns.Registry.Worker.Streams.Live.Clients;

/// <summary>What waits for one client: an event with its shape, several merged into one, or an answer that is bytes already.</summary>
internal sealed class BufferedItem
{
    private BufferedItem(ReadOnlyMemory<byte> answer) => Answer = answer;

    private BufferedItem(LiveEvent happened, EventShape shape)
    {
        Event = happened;
        Shape = shape;
    }

    public LiveEvent? Event { get; private set; }

    public EventShape Shape { get; }

    /// <summary>Bytes of payload that it keeps in memory.</summary>
    public int Bytes => Merged?.Bytes ?? Event?.Payload.Length ?? Answer.Length;

    private ReadOnlyMemory<byte> Answer { get; }

    private MergedProgress? Merged { get; set; }

    public static BufferedItem Of(ReadOnlyMemory<byte> bytes) => new(bytes);

    public static BufferedItem Of(LiveEvent happened, EventShape shape) => new(happened, shape);

    /// <summary>May be merged with another of its like.</summary>
    public bool IsMergeable => Event is { IsMergeable: true };

    /// <summary>Both are about the same in the same room.</summary>
    public bool IsLike(BufferedItem other) =>
        Event is { } mine && other.Event is { } theirs && mine.ExecutionId == theirs.ExecutionId && Shape == other.Shape && mine.Kind == theirs.Kind
        && mine.LogStream == theirs.LogStream;

    /// <summary>Takes in an earlier one that is like it.</summary>
    public void TakeIn(BufferedItem earlier)
    {
        Merged ??= new MergedProgress(Event!);
        if (earlier.Merged is { } merged)
        {
            Merged.Prepend(merged);
        }
        else
        {
            Merged.Prepend(earlier.Event!);
        }
    }

    /// <summary>As it goes out.</summary>
    public ReadOnlyMemory<byte> ToBytes() => Event is null ? Answer : (Merged is null ? Event : Event = Merged.ToEvent()).Frame(Shape);
}
