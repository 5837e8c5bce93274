using System.Runtime.InteropServices;

namespace Capns.Runner.Worker.Sandboxing.Native.Seccomp;

/// <summary>Compiles the rules of <see cref="SeccompRules"/> with libseccomp into the program that the kernel runs on each system call.</summary>
internal static partial class SeccompFilter
{
    private const string Library = "libseccomp.so.2";
    private const uint Allow = 0x7fff0000;
    private const uint KillProcess = 0x80000000;
    private const int BadArchitectureAction = 2;
    private const int Optimize = 8;
    private const int Unknown = -1;

    private enum Comparison
    {
        Equal = 4,
        GreaterOrEqual = 5,
        MaskedEqual = 7,
    }

    /// <summary>The compiled program, in a file in memory.</summary>
    /// <exception cref="SandboxUnavailableException">libseccomp is missing or refuses a rule.</exception>
    public static Descriptor Compile()
    {
        try
        {
            var context = Init(Allow);
            try
            {
                AddRules(context);
                var file = Descriptor.InMemory("seccomp", ReadOnlySpan<byte>.Empty);
                Check(Export(context, file.Number), "export");
                return file;
            }
            finally
            {
                Release(context);
            }
        }
        catch (DllNotFoundException)
        {
            throw new SandboxUnavailableException($"{Library} is not installed; without it system calls cannot be filtered.");
        }
    }

    private static void AddRules(nint context)
    {
        // 32-bit and x32 programs have other numbers for the same calls: they are ended, not filtered.
        Check(SetAttribute(context, BadArchitectureAction, KillProcess), "bad architecture");
        _ = SetAttribute(context, Optimize, 2);

        foreach (var (name, number) in SeccompRules.Denied)
        {
            Deny(context, name, number, SeccompRules.NotPermitted, []);
        }

        foreach (var flag in SeccompRules.NamespaceFlags)
        {
            Deny(context, "clone", null, SeccompRules.NotPermitted, [Argument(0, Comparison.MaskedEqual, flag, flag)]);
        }

        foreach (var family in SeccompRules.DeniedFamilies)
        {
            Deny(context, "socket", null, SeccompRules.NotPermitted, [Argument(0, Comparison.Equal, family)]);
        }

        Deny(context, "socket", null, SeccompRules.NotPermitted, [Argument(0, Comparison.GreaterOrEqual, SeccompRules.FirstUnknownFamily)]);
        foreach (var family in SeccompRules.FamiliesWithoutRaw)
        {
            Deny(
                context, "socket", null, SeccompRules.NotPermitted,
                [Argument(0, Comparison.Equal, family), Argument(1, Comparison.MaskedEqual, SeccompRules.TypeMask, SeccompRules.RawType)]);
        }

        foreach (var command in SeccompRules.DeniedTerminalCommands)
        {
            Deny(context, "ioctl", null, SeccompRules.NotPermitted, [Argument(1, Comparison.MaskedEqual, uint.MaxValue, command)]);
        }

        Deny(context, "clone3", 435, SeccompRules.NotImplemented, []);
        for (var number = SeccompRules.FirstUnknownCall; number <= SeccompRules.LastUnknownCall; number++)
        {
            Deny(context, "", number, SeccompRules.NotImplemented, []);
        }
    }

    private static void Deny(nint context, string name, int? number, ushort error, ReadOnlySpan<ArgumentRule> arguments)
    {
        var call = name.Length > 0 ? Resolve(name) : Unknown;
        call = call == Unknown ? number ?? Unknown : call;
        if (call < 0)
        {
            return; // This machine's architecture has no such call.
        }

        unsafe
        {
            fixed (ArgumentRule* first = arguments)
            {
                var result = AddRule(context, 0x00050000u | error, call, (uint)arguments.Length, first);
                Check(result, name.Length > 0 ? name : $"call {call}");
            }
        }
    }

    private static void Check(int result, string what)
    {
        if (result < 0)
        {
            throw new SandboxUnavailableException($"libseccomp refuses the rule '{what}': {Marshal.GetPInvokeErrorMessage(-result)}.");
        }
    }

    private static ArgumentRule Argument(uint index, Comparison comparison, ulong a, ulong b = 0) =>
        new() { Index = index, Comparison = comparison, A = a, B = b };

    [LibraryImport(Library, EntryPoint = "seccomp_init")]
    private static partial nint Init(uint action);

    [LibraryImport(Library, EntryPoint = "seccomp_release")]
    private static partial void Release(nint context);

    [LibraryImport(Library, EntryPoint = "seccomp_attr_set")]
    private static partial int SetAttribute(nint context, int attribute, uint value);

    [LibraryImport(Library, EntryPoint = "seccomp_syscall_resolve_name", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Resolve(string name);

    [LibraryImport(Library, EntryPoint = "seccomp_rule_add_array")]
    private static unsafe partial int AddRule(nint context, uint action, int call, uint count, ArgumentRule* arguments);

    [LibraryImport(Library, EntryPoint = "seccomp_export_bpf")]
    private static partial int Export(nint context, int descriptor);

    [StructLayout(LayoutKind.Sequential)]
    private struct ArgumentRule
    {
        public uint Index;
        public Comparison Comparison;
        public ulong A;
        public ulong B;
    }
}
