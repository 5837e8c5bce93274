using System.IO.Pipes;
using System.Text;
using System.Text.Json;
using Capns.Runner.Worker.Sandboxing.Native.ControlGroups;
using Microsoft.Win32.SafeHandles;

namespace Capns.Runner.Worker.Sandboxing.Native;

/// <summary>One sandbox, for one run: a control group with bubblewrap in it, whose program waits for its input.</summary>
internal sealed class NativeMember : IAsyncDisposable
{
    /// <summary>Bubblewrap's own processes in the group: its monitor and the first process of the sandbox.</summary>
    public const int OwnProcesses = 2;

    /// <summary>How often the end of the last process is looked for before it is hurried, a millisecond apart.</summary>
    private const int UnhurriedLooks = 30;

    /// <summary>The first of these, at once: on an idle machine the kernel is as fast.</summary>
    private const int ImmediateLooks = 3;

    private static readonly TimeSpan RemovalLimit = TimeSpan.FromSeconds(30);

    private readonly Action _released;
    private readonly Stream? _frame;
    private readonly Stream _status;
    private bool _disposed;

    /// <param name="group">Holds the sandbox's processes.</param>
    /// <param name="process">Bubblewrap's monitor, a child of ours.</param>
    /// <param name="pipes">Our ends.</param>
    /// <param name="released">Called once, when nothing of the sandbox is left.</param>
    public NativeMember(IControlGroup group, int process, MemberPipes pipes, Action released)
    {
        Group = group;
        Process = process;
        _released = released;
        Stdin = Open(PipeDirection.Out, pipes.Stdin);
        Stdout = Open(PipeDirection.In, pipes.Stdout);
        Stderr = Open(PipeDirection.In, pipes.Stderr);
        _frame = pipes.Frame is { } frame ? Open(PipeDirection.Out, frame) : null;
        _status = Open(PipeDirection.In, pipes.Status);
        Ended = ReadStatusAsync();
    }

    /// <summary>Its control group; the name is the sandbox's.</summary>
    public IControlGroup Group { get; }

    /// <summary>Bubblewrap's monitor: it reports the exit code, so a SIGTERM for the program must spare it.</summary>
    public int Process { get; }

    /// <summary>To the program.</summary>
    public Stream Stdin { get; }

    /// <summary>From the program.</summary>
    public Stream Stdout { get; }

    /// <summary>From the program, and from bubblewrap if it fails.</summary>
    public Stream Stderr { get; }

    /// <summary>
    /// Completes when the program has ended: with its exit code (128 + n after signal n), or null when bubblewrap ended before
    /// the program could. Never faults.
    /// </summary>
    public Task<int?> Ended { get; }

    /// <summary>Makes the waiting shell run its program. A program that was started before its run has no frame.</summary>
    public async Task SendFrameAsync(byte[] frame)
    {
        if (_frame is null)
        {
            return;
        }

        await WriteAndCloseAsync(_frame, frame, CancellationToken.None);
    }

    /// <summary>Writes and closes; a reader that has gone ends it silently, as it does in a shell.</summary>
    public static async Task WriteAndCloseAsync(Stream pipe, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await pipe.WriteAsync(bytes, cancellationToken);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The program does not want all of its input, or is gone.
        }
        finally
        {
            await pipe.DisposeAsync();
        }
    }

    /// <summary>Kills whatever is left and waits until it has gone.</summary>
    /// <exception cref="SandboxFailedException">A process cannot be killed.</exception>
    public async Task EndAsync()
    {
        // With bubblewrap's monitor the kernel ends the rest by itself; taking the namespaces down takes it a few milliseconds.
        for (var i = 0; i < UnhurriedLooks && Ended.IsCompleted; i++)
        {
            if (Group.IsEmpty())
            {
                return;
            }

            if (i < ImmediateLooks)
            {
                await Task.Yield();
            }
            else
            {
                await Task.Delay(1, CancellationToken.None);
            }
        }

        using var limit = new CancellationTokenSource(RemovalLimit);
        for (var pause = 1; ; pause = Math.Min(2 * pause, 50))
        {
            Group.Kill();
            if (Ended.IsCompleted && Group.IsEmpty())
            {
                return;
            }

            if (limit.IsCancellationRequested)
            {
                throw new SandboxFailedException($"Processes of sandbox {Group.Name} are still there {RemovalLimit.TotalSeconds:0} s after they were killed.");
            }

            await Task.WhenAny(Task.Delay(pause, CancellationToken.None), Ended.IsCompleted ? Task.Delay(pause, CancellationToken.None) : Ended);
        }
    }

    /// <summary>Ends it and removes its control group.</summary>
    /// <exception cref="SandboxFailedException">Something of it cannot be removed.</exception>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        foreach (var pipe in (Stream?[])[_frame, Stdin])
        {
            pipe?.Dispose();
        }

        await EndAsync();
        foreach (var pipe in (Stream[])[Stdout, Stderr, _status])
        {
            await pipe.DisposeAsync();
        }

        using var limit = new CancellationTokenSource(RemovalLimit);
        while (!Group.TryRemove())
        {
            if (limit.IsCancellationRequested)
            {
                throw new SandboxFailedException($"The control group {Group.Name} cannot be removed.");
            }

            await Task.Delay(1, CancellationToken.None);
        }

        _released();
    }

    private static AnonymousPipeClientStream Open(PipeDirection direction, Descriptor descriptor) =>
        new(direction, new SafePipeHandle(descriptor.Release(), ownsHandle: true));

    /// <summary>Bubblewrap writes one JSON document per line and closes the pipe by ending.</summary>
    private async Task<int?> ReadStatusAsync()
    {
        using var text = new MemoryStream();
        try
        {
            await _status.CopyToAsync(text);
        }
        catch (IOException)
        {
            // Read as far as it came.
        }

        // It has closed the pipe, so it is dying: this waits for microseconds, and leaves no zombie.
        while (Libc.Wait(Process, out _, 0) < 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == Libc.Interrupted)
        {
        }

        foreach (var line in Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.TryGetProperty("exit-code", out var code))
            {
                return code.GetInt32();
            }
        }

        return null;
    }
}

/// <summary>Our ends of a sandbox's pipes.</summary>
/// <param name="Frame">To the waiting shell; null for a program that was started before its run.</param>
/// <param name="Stdin">To the program.</param>
/// <param name="Stdout">From the program.</param>
/// <param name="Stderr">From the program.</param>
/// <param name="Status">From bubblewrap.</param>
internal sealed record MemberPipes(Descriptor? Frame, Descriptor Stdin, Descriptor Stdout, Descriptor Stderr, Descriptor Status);
