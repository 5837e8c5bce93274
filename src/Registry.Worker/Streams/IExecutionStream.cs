namespace Capns.Registry.Worker.Streams;

/// <summary>The live stream of an execution (platform spec 9.2, <c>execution:{executionId}</c>). Best effort: the event log is the truth.</summary>
internal interface IExecutionStream
{
    /// <summary>Appends without waiting. Never throws.</summary>
    /// <param name="executionId">Whose.</param>
    /// <param name="discussionId">Its discussion; null: none. Not every event names it.</param>
    /// <param name="document">JSON of the event, as it is published.</param>
    /// <param name="final">True for the last event: the stream is kept for 24 h from now.</param>
    void Append(Guid executionId, string? discussionId, ReadOnlyMemory<byte> document, bool final);
}

/// <summary>Without Redis there are no streams.</summary>
internal sealed class NoExecutionStream : IExecutionStream
{
    public void Append(Guid executionId, string? discussionId, ReadOnlyMemory<byte> document, bool final)
    {
    }
}
