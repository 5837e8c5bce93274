using System.Globalization;

namespace Capns.Runner.Worker.Sandboxing.Native;

/// <summary>Writes bubblewrap's options: everything unshared, and a file system of which only <c>/tmp</c> can be written.</summary>
internal static class BubblewrapArguments
{
    private const string InnerUser = "65534";

    private static readonly string[] SystemFolders =
        [.. ((string[])["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"]).SelectMany(SystemFolder)];

    private static readonly string[] Devices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

    /// <summary>Environment of every program; the program's own comes on top.</summary>
    public static IReadOnlyDictionary<string, string> BaseEnvironment { get; } = new Dictionary<string, string>
    {
        ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
        ["HOME"] = "/tmp",
        ["TMPDIR"] = "/tmp",
        ["LANG"] = "C.UTF-8",
    };

    /// <summary>The options, each an argument of its own; to be given with <c>--args</c>, since the sandbox can see the command line.</summary>
    /// <param name="program">Its folders are shown; its environment is set too when it is started before its run.</param>
    /// <param name="scratchBytes">Size of <c>/tmp</c>.</param>
    /// <param name="etc">Host folder shown as <c>/etc</c>.</param>
    /// <param name="seccomp">Number of the descriptor with the compiled filter.</param>
    /// <param name="status">Number of the descriptor that gets the exit code.</param>
    public static List<string> Write(SandboxProgram program, long scratchBytes, string etc, int seccomp, int status)
    {
        List<string> options =
        [
            "--unshare-all", "--unshare-user", "--disable-userns", "--new-session", "--die-with-parent",
            "--uid", InnerUser, "--gid", InnerUser, "--hostname", "sandbox", "--clearenv",
        ];
        var environment = BaseEnvironment.Concat(program.Prestart ? program.Environment : []);
        foreach (var (name, value) in environment)
        {
            options.AddRange(["--setenv", name, value]);
        }

        options.AddRange(["--ro-bind", "/usr", "/usr"]);
        options.AddRange(SystemFolders);
        options.AddRange(["--ro-bind", etc, "/etc", "--proc", "/proc"]);

        if (Directory.Exists(HostFolder.Alternatives))
        {
            options.AddRange(["--ro-bind", HostFolder.Alternatives, HostFolder.Alternatives]);
        }

        // Shared memory (/dev/shm) is the scratch disk, so that its limit holds for both.
        options.AddRange(["--size", "65536", "--tmpfs", "/dev", "--symlink", "/tmp", "/dev/shm", "--symlink", "/proc/self/fd", "/dev/fd"]);
        options.AddRange(["--symlink", "/proc/self/fd/0", "/dev/stdin", "--symlink", "/proc/self/fd/1", "/dev/stdout"]);
        options.AddRange(["--symlink", "/proc/self/fd/2", "/dev/stderr"]);
        options.AddRange(Devices.SelectMany(device => (string[])["--dev-bind", device, device]));
        foreach (var (host, inside) in program.ReadOnlyFolders)
        {
            options.AddRange(["--ro-bind", host, inside]);
        }

        options.AddRange(["--perms", "0700", "--size", Text(scratchBytes), "--tmpfs", "/tmp", "--chdir", "/tmp"]);
        options.AddRange(["--remount-ro", "/dev", "--remount-ro", "/"]);
        options.AddRange(["--seccomp", Text(seccomp), "--json-status-fd", Text(status)]);
        return options;
    }

    private static string[] SystemFolder(string folder)
    {
        var info = new DirectoryInfo(folder);
        return info switch
        {
            { Exists: false } => [],
            { LinkTarget: { } target } => ["--symlink", target.TrimStart('/'), folder],
            _ => ["--ro-bind", folder, folder],
        };
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
