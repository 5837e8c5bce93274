using System.Buffers;
using System.Text;
using Capns.Runner.Worker.Sandboxing;

namespace Capns.Sandbox.Tests.Conformance;

/// <summary>Keeps what a program wrote (the first 16 MiB), and raises a signal when a text has come.</summary>
internal sealed class RecordedOutput : ISandboxOutput
{
    private const int Kept = 16 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _stdout = new();
    private readonly ArrayBufferWriter<byte> _stderr = new();
    private readonly Lock _lock = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> _waits = [];
    private int _inside;

    /// <summary>Bytes of both streams, kept or not.</summary>
    public long Total { get; private set; }

    /// <summary>True when two calls came at the same time.</summary>
    public bool Overlapped { get; private set; }

    /// <summary>Stdout as UTF-8.</summary>
    public string Stdout => Text(_stdout);

    /// <summary>Stderr as UTF-8.</summary>
    public string Stderr => Text(_stderr);

    /// <summary>Stdout's bytes.</summary>
    public byte[] StdoutBytes
    {
        get
        {
            lock (_lock)
            {
                return _stdout.WrittenSpan.ToArray();
            }
        }
    }

    /// <summary>Completes when stdout holds <paramref name="text"/>.</summary>
    public Task Seen(string text)
    {
        lock (_lock)
        {
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add((text, seen));
            Raise();
            return seen.Task;
        }
    }

    /// <inheritdoc />
    public ValueTask StdoutAsync(ReadOnlyMemory<byte> bytes) => Keep(_stdout, bytes);

    /// <inheritdoc />
    public ValueTask StderrAsync(ReadOnlyMemory<byte> bytes) => Keep(_stderr, bytes);

    private ValueTask Keep(ArrayBufferWriter<byte> stream, ReadOnlyMemory<byte> bytes)
    {
        Overlapped |= Interlocked.Increment(ref _inside) > 1;
        lock (_lock)
        {
            Total += bytes.Length;
            if (stream.WrittenCount < Kept)
            {
                stream.Write(bytes.Span);
            }

            Raise();
        }

        Interlocked.Decrement(ref _inside);
        return ValueTask.CompletedTask;
    }

    private void Raise()
    {
        if (_waits.Count == 0)
        {
            return;
        }

        var text = Encoding.UTF8.GetString(_stdout.WrittenSpan);
        foreach (var (_, seen) in _waits.Where(wait => text.Contains(wait.Text, StringComparison.Ordinal)))
        {
            seen.TrySetResult();
        }
    }

    private string Text(ArrayBufferWriter<byte> stream)
    {
        lock (_lock)
        {
            return Encoding.UTF8.GetString(stream.WrittenSpan);
        }
    }
}
