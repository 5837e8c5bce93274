using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Runner.Worker.Runs.Output;

namespace Capns.Runner.Worker.Runs.Progress;

/// <summary>Events beyond the rate, merged: at most one of each kind, and one per log stream (platform spec 3.16).</summary>
/// <remarks>The latest progress, step, message and partial result; log lines joined, up to the payload's limit. Not thread-safe.</remarks>
internal sealed class MergedEvents
{
    /// <summary>Most drafts that can wait at one time: progress, partial, stdout, stderr.</summary>
    public const int MaxCount = 4;

    private readonly List<ProgressDraft> _order = [];
    private readonly Dictionary<string, (StringBuilder Lines, int Bytes)> _logs = new(StringComparer.Ordinal);

    /// <summary>How many wait.</summary>
    public int Count => _order.Count;

    /// <summary>True when nothing waits.</summary>
    public bool IsEmpty => _order.Count == 0;

    /// <summary>Merges an event into those that wait.</summary>
    public void Add(ToolEvent happened)
    {
        var draft = ProgressDraft.Of(happened);
        var index = _order.FindIndex(waiting => waiting.Kind == draft.Kind && waiting.Log?.Stream == draft.Log?.Stream);
        if (index < 0)
        {
            index = _order.Count;
            _order.Add(draft);
            if (draft.Log is { } first)
            {
                _logs[first.Stream] = (new StringBuilder(first.Line), JsonBytes(first.Line));
            }

            return;
        }

        var earlier = _order[index];
        _order[index] = draft.Kind switch
        {
            ProgressKind.Progress => draft with
            {
                Progress = draft.Progress ?? earlier.Progress,
                CurrentStep = draft.CurrentStep ?? earlier.CurrentStep,
                Message = draft.Message ?? earlier.Message,
            },
            ProgressKind.Log => Join(earlier, draft),
            _ => draft,
        };
    }

    /// <summary>Takes out the one that waits longest.</summary>
    /// <returns>Null when nothing waits.</returns>
    public ProgressDraft? Take()
    {
        if (_order.Count == 0)
        {
            return null;
        }

        var draft = _order[0];
        _order.RemoveAt(0);
        return draft.Log is { } log && _logs.Remove(log.Stream, out var joined)
            ? draft with { Log = log with { Line = joined.Lines.ToString() } }
            : draft;
    }

    private ProgressDraft Join(ProgressDraft earlier, ProgressDraft draft)
    {
        var (lines, bytes) = _logs[draft.Log!.Stream];
        var more = JsonBytes(draft.Log.Line) + 2; // the line feed between them is written as \n
        if (bytes + more > ProgressDraft.ContentBytes)
        {
            return earlier with { Truncated = true };
        }

        lines.Append('\n').Append(draft.Log.Line);
        _logs[draft.Log.Stream] = (lines, bytes + more);
        return earlier with { Truncated = earlier.Truncated || draft.Truncated };
    }

    private static int JsonBytes(string text) =>
        JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.Length;
}
