namespace Capns.Runner.Worker.Sandboxing.Native.Seccomp;

/// <summary>What a sandboxed program may not ask of the kernel. All else is allowed, and bounded by namespaces and control groups.</summary>
internal static class SeccompRules
{
    /// <summary>EPERM.</summary>
    public const ushort NotPermitted = 1;

    /// <summary>ENOSYS: the C library then falls back to the older call.</summary>
    public const ushort NotImplemented = 38;

    /// <summary>Calls from here on are newer than this list; a program that can do without them gets ENOSYS and does.</summary>
    public const int FirstUnknownCall = 463;

    /// <summary>Numbers up to here; above lie the x32 numbers.</summary>
    public const int LastUnknownCall = 511;

    /// <summary>Address families from here on are denied.</summary>
    public const ulong FirstUnknownFamily = 46;

    /// <summary>The bits of a socket's type without its flags.</summary>
    public const ulong TypeMask = 0xf;

    /// <summary>SOCK_RAW.</summary>
    public const ulong RawType = 3;

    /// <summary>Families in which raw sockets are denied: INET, INET6. (A raw NETLINK socket is the ordinary one.)</summary>
    public static readonly ulong[] FamiliesWithoutRaw = [2, 10];

    /// <summary>All families but UNIX, INET, INET6 and NETLINK; VSOCK (40), above all, knows no namespaces.</summary>
    public static readonly ulong[] DeniedFamilies =
        [.. Enumerable.Range(0, (int)FirstUnknownFamily).Where(family => family is not (1 or 2 or 10 or 16)).Select(family => (ulong)family)];

    /// <summary>CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.</summary>
    public static readonly ulong[] NamespaceFlags =
        [0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000];

    /// <summary>TIOCSTI types into a terminal, TIOCLINUX pastes into it.</summary>
    public static readonly ulong[] DeniedTerminalCommands = [0x5412, 0x541c];

    /// <summary>Denied whatever their arguments; the number is for a libseccomp that does not know the name yet.</summary>
    public static readonly (string Name, int? Number)[] Denied =
    [
        ("io_uring_setup", 425), ("io_uring_enter", 426), ("io_uring_register", 427),
        ("ptrace", null), ("process_vm_readv", null), ("process_vm_writev", null), ("process_madvise", 440), ("process_mrelease", 448),
        ("pidfd_getfd", 438), ("kcmp", null),
        ("keyctl", null), ("add_key", null), ("request_key", null),
        ("bpf", null), ("perf_event_open", null), ("userfaultfd", null), ("lookup_dcookie", null), ("memfd_secret", 447),
        ("mount", null), ("umount", null), ("umount2", null), ("fsopen", 430), ("fsconfig", 431), ("fsmount", 432), ("fspick", 433),
        ("open_tree", 428), ("move_mount", 429), ("mount_setattr", 442), ("statmount", 457), ("listmount", 458),
        ("pivot_root", null), ("chroot", null), ("setns", null), ("unshare", null),
        ("kexec_load", null), ("kexec_file_load", null), ("reboot", null),
        ("init_module", null), ("finit_module", null), ("delete_module", null), ("create_module", null),
        ("swapon", null), ("swapoff", null), ("acct", null), ("quotactl", null), ("quotactl_fd", 443), ("nfsservctl", null),
        ("clock_settime", null), ("clock_adjtime", null), ("settimeofday", null), ("stime", null), ("adjtimex", null),
        ("syslog", null), ("open_by_handle_at", null), ("name_to_handle_at", null), ("fanotify_init", null),
        ("personality", null), ("modify_ldt", null), ("iopl", null), ("ioperm", null), ("vhangup", null), ("vm86", null), ("vm86old", null),
        ("sethostname", null), ("setdomainname", null), ("uselib", null), ("ustat", null), ("sysfs", null), ("_sysctl", null),
        ("move_pages", null), ("migrate_pages", null),
    ];
}
