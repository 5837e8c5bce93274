using System.Buffers;

namespace Capns.Runner.Worker.Sandboxing.Native;

/// <summary>Carries both streams of a program to the receiver, one call at a time, and counts their bytes.</summary>
/// <param name="output">The receiver; while it works, nothing more is read, so the program waits.</param>
/// <param name="limit">Bytes of both streams that the receiver gets.</param>
/// <param name="end">Told why the run must end: there is more than the limit, or nobody is left to hear the program.</param>
internal sealed class OutputPump(ISandboxOutput output, long limit, Action<SandboxOutcome> end) : IDisposable
{
    /// <summary>The size of a pipe.</summary>
    private const int BufferSize = 65_536;

    private readonly SemaphoreSlim _turn = new(1);
    private long _total;

    /// <summary>The first bytes of stderr, for the case that the sandbox fails.</summary>
    public MemoryStream FirstErrors { get; } = new();

    /// <summary>Reads both streams to their ends.</summary>
    public Task RunAsync(Stream stdout, Stream stderr) => Task.WhenAll(
        ReadAsync(stdout, output.StdoutAsync),
        ReadAsync(stderr, bytes =>
        {
            if (FirstErrors.Length == 0)
            {
                FirstErrors.Write(bytes.Span[..Math.Min(bytes.Length, 500)]);
            }

            return output.StderrAsync(bytes);
        }));

    /// <inheritdoc />
    public void Dispose()
    {
        _turn.Dispose();
        FirstErrors.Dispose();
    }

    private async Task ReadAsync(Stream stream, Func<ReadOnlyMemory<byte>, ValueTask> receive)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await stream.ReadAsync(buffer) is var read and > 0)
            {
                await _turn.WaitAsync();
                try
                {
                    var room = (int)Math.Min(limit - _total, read);
                    _total += room;
                    if (room > 0)
                    {
                        await receive(buffer.AsMemory(0, room));
                    }

                    if (room < read)
                    {
                        end(SandboxOutcome.OutputTooLarge);
                        return;
                    }
                }
                finally
                {
                    _turn.Release();
                }
            }
        }
        catch
        {
            end(SandboxOutcome.Stopped);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
