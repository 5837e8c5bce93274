using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Capns.Runner.Worker.Sandboxing.Native;

/// <summary>
/// Starts processes from one thread that lives as long as this object. It must: the kernel ties bubblewrap's
/// <c>--die-with-parent</c> to the thread that started it, not to the process.
/// </summary>
internal sealed class ProcessForge : IDisposable
{
    /// <summary>More than glibc's sizes of the structures (80 and 336 bytes) on every architecture.</summary>
    private const int StructureSize = 1024;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public ProcessForge()
    {
        _thread = new Thread(Work) { IsBackground = true, Name = "sandbox forge" };
        _thread.Start();
    }

    /// <summary>Starts a program in a session of its own, with an empty environment and default signals.</summary>
    /// <param name="arguments">The first is the program's absolute path.</param>
    /// <param name="descriptors">Become 0, 1, 2 …; nothing else is open in the new process.</param>
    /// <returns>The number of the process.</returns>
    /// <exception cref="SandboxFailedException">It cannot be started.</exception>
    public Task<int> StartAsync(IReadOnlyList<string> arguments, IReadOnlyList<Descriptor> descriptors)
    {
        var started = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            var (process, error) = Start(arguments, descriptors);
            if (error == 0)
            {
                started.SetResult(process);
            }
            else
            {
                started.SetException(new SandboxFailedException($"{arguments[0]} cannot be started: {Marshal.GetPInvokeErrorMessage(error)}."));
            }
        });
        return started.Task;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private static unsafe (int Process, int Error) Start(IReadOnlyList<string> arguments, IReadOnlyList<Descriptor> descriptors)
    {
        var actions = stackalloc byte[StructureSize];
        var attributes = stackalloc byte[StructureSize];
        var signals = stackalloc byte[StructureSize];
        var pointers = stackalloc byte*[arguments.Count + 1];
        byte* nothing = null;
        _ = Libc.InitActions(actions);
        _ = Libc.InitAttributes(attributes);
        try
        {
            for (var target = 0; target < descriptors.Count; target++)
            {
                _ = Libc.AddDuplicate(actions, descriptors[target].Number, target);
            }

            _ = Libc.AddCloseFrom(actions, descriptors.Count);
            _ = Libc.FillSignals(signals);
            _ = Libc.SetSignalDefaults(attributes, signals);
            _ = Libc.EmptySignals(signals);
            _ = Libc.SetSignalMask(attributes, signals);
            _ = Libc.SetFlags(attributes, Libc.SpawnSignalDefaults | Libc.SpawnSignalMask | Libc.SpawnNewSession);
            for (var i = 0; i < arguments.Count; i++)
            {
                pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(arguments[i]);
            }

            pointers[arguments.Count] = null;
            var error = Libc.Spawn(out var process, arguments[0], actions, attributes, pointers, &nothing);
            return (process, error);
        }
        finally
        {
            for (var i = 0; i < arguments.Count; i++)
            {
                Marshal.FreeCoTaskMem((nint)pointers[i]);
            }

            _ = Libc.DestroyActions(actions);
            _ = Libc.DestroyAttributes(attributes);
        }
    }

    private void Work()
    {
        foreach (var start in _work.GetConsumingEnumerable())
        {
            start();
        }
    }
}
