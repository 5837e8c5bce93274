using System.Buffers;

namespace Capns.Runner.Worker.Runs.Output;

/// <summary>Gets one line, without its line end. The bytes are valid during the call only.</summary>
internal delegate void LineHandler(ReadOnlySpan<byte> line, bool cut);

/// <summary>Cuts a stream of bytes into lines, however it is chunked. A carriage return before the line feed belongs to the line end.</summary>
/// <param name="keepBytes">Bytes kept of a line; the rest of it is dropped.</param>
/// <param name="handle">Called for each line, also for a last one without line end.</param>
internal sealed class LineSplitter(int keepBytes, LineHandler handle)
{
    private readonly ArrayBufferWriter<byte> _line = new();
    private bool _started;
    private bool _cut;

    /// <summary>Takes the next bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            if (end < 0)
            {
                Keep(bytes);
                return;
            }

            Keep(bytes[..end]);
            EndLine();
            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>Hands out what stands after the last line end.</summary>
    public void Complete()
    {
        if (_started)
        {
            EndLine();
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        _started = true;
        var room = keepBytes - _line.WrittenCount;
        if (bytes.Length > room)
        {
            _cut = true;
            bytes = bytes[..room];
        }

        _line.Write(bytes);
    }

    private void EndLine()
    {
        var line = _line.WrittenSpan;
        if (!_cut && !line.IsEmpty && line[^1] == (byte)'\r')
        {
            line = line[..^1];
        }

        handle(line, _cut);
        _line.ResetWrittenCount();
        _cut = false;
        _started = false;
    }
}
