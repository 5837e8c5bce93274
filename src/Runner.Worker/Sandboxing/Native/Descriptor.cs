using System.Runtime.InteropServices;
using System.Text;

namespace Capns.Runner.Worker.Sandboxing.Native;

/// <summary>An open file descriptor of ours, numbered 64 or higher and closed on exec; closed by disposing.</summary>
internal sealed unsafe class Descriptor : SafeHandle
{
    /// <summary>Above every number that a child gets, so that giving it away cannot overwrite another one.</summary>
    private const int Lowest = 64;

    private Descriptor(int number)
        : base(-1, ownsHandle: true) => SetHandle(number);

    /// <inheritdoc />
    public override bool IsInvalid => handle < 0;

    /// <summary>The number.</summary>
    public int Number => (int)handle;

    /// <summary>A pipe, owned by <paramref name="user"/> so that programs can open <c>/dev/stdout</c> and its like again.</summary>
    /// <exception cref="SandboxFailedException">Out of descriptors.</exception>
    public static (Descriptor Read, Descriptor Write) Pipe(uint user)
    {
        var ends = stackalloc int[2];
        Check(Libc.Pipe(ends, Libc.CloseOnExec), "pipe2");
        var read = Raise(ends[0]);
        var write = Raise(ends[1]);
        Check(Libc.ChangeOwner(read.Number, user, user), "fchown");
        return (read, write);
    }

    /// <summary>A file in memory that holds <paramref name="content"/>, to be read from its start.</summary>
    /// <exception cref="SandboxFailedException">Out of descriptors or memory.</exception>
    public static Descriptor InMemory(string name, ReadOnlySpan<byte> content)
    {
        var file = Raise(Check(Libc.CreateMemoryFile(name, 1), "memfd_create"));
        fixed (byte* first = content)
        {
            for (var done = 0; done < content.Length;)
            {
                done += (int)Check((int)Libc.Write(file.Number, first + done, (nuint)(content.Length - done)), "write");
            }
        }

        Check((int)Libc.Seek(file.Number, 0, 0), "lseek");
        return file;
    }

    /// <summary>Items, each ended by NUL, in a file in memory.</summary>
    public static Descriptor InMemory(string name, IReadOnlyList<string> items) =>
        InMemory(name, Encoding.UTF8.GetBytes(string.Concat(items.Select(item => item + '\0'))));

    /// <summary>The same file in memory once more, with a position of its own.</summary>
    public Descriptor Reopen() => Raise(Check(Libc.Open($"/proc/self/fd/{Number}", Libc.ReadOnly | Libc.CloseOnExec), "open"));

    /// <summary>Gives the number away; from now on the receiver closes it.</summary>
    public nint Release()
    {
        var number = handle;
        SetHandleAsInvalid();
        return number;
    }

    /// <inheritdoc />
    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;

    private static Descriptor Raise(int number)
    {
        var raised = Libc.Control(number, Libc.DuplicateCloseOnExec, Lowest);
        var error = Marshal.GetLastPInvokeError();
        _ = Libc.Close(number);
        return raised >= 0 ? new Descriptor(raised) : throw new SandboxFailedException($"fcntl: {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    private static int Check(int result, string call) =>
        result >= 0 ? result : throw new SandboxFailedException($"{call}: {Marshal.GetLastPInvokeErrorMessage()}.");
}
