using System.Collections.Concurrent;
using System.Globalization;
using Capns.Runner.Worker.Sandboxing.Native.ControlGroups;
using Capns.Runner.Worker.Sandboxing.Native.Seccomp;

namespace Capns.Runner.Worker.Sandboxing.Native;

/// <summary>Makes native sandboxes, each with a control group, a host user and a process tree of its own.</summary>
internal sealed class NativeMembers : IDisposable
{
    private const string Shell = "/bin/sh";

    /// <summary>Joins the control groups, forbids core dumps (which the host would write), then becomes the rest of its arguments. $1 is the number of files to write.</summary>
    private const string Join =
        "set -e; cd /; ulimit -c 0; n=$1; shift; while [ $n -gt 0 ]; do echo 0 > \"$1\"; shift; n=$((n-1)); done; exec \"$@\"";

    private readonly IControlGroups _groups;
    private readonly HostFolder _folder;
    private readonly Descriptor _seccomp;
    private readonly ProcessForge _forge;
    private readonly ConcurrentQueue<uint> _users;
    private readonly string _bubblewrap;
    private readonly string _dropRights;

    /// <exception cref="SandboxUnavailableException">This machine lacks something; the message names it.</exception>
    public NativeMembers(SandboxOptions options)
    {
        if (Libc.EffectiveUser() != 0)
        {
            throw new SandboxUnavailableException("The runner is not root, so it can neither set limits nor give each sandbox a user of its own.");
        }

        _bubblewrap = Find("bwrap");
        _dropRights = Find("setpriv");
        _groups = ControlGroupMounts.Choose(File.ReadAllText("/proc/self/mounts"), options.ControlGroupFolder);
        _folder = new HostFolder(options.StateFolder);
        _seccomp = SeccompFilter.Compile();
        _forge = new ProcessForge();
        _users = new ConcurrentQueue<uint>(Enumerable.Range(options.FirstUser, options.Users).Select(user => (uint)user));
    }

    /// <summary>A file of the host that no sandbox may see.</summary>
    public string Canary => _folder.Canary;

    /// <summary>Starts a sandbox. Its program, or the shell that waits to become it, comes up in the background.</summary>
    /// <param name="program">The program of the run, or of the runs that may come.</param>
    /// <param name="limits">Limits until the run's own are known.</param>
    /// <exception cref="SandboxUnavailableException">A limit cannot be set, or all users are taken.</exception>
    public async Task<NativeMember> StartAsync(SandboxProgram program, SandboxLimits limits)
    {
        foreach (var (host, inside) in program.ReadOnlyFolders)
        {
            if (!Directory.Exists(host))
            {
                throw new SandboxUnavailableException($"The folder shown as {inside} does not exist on this host.");
            }
        }

        if (!_users.TryDequeue(out var user))
        {
            throw new SandboxUnavailableException($"All {nameof(SandboxOptions.Users)} (SANDBOX_UIDS) for native sandboxes are in use.");
        }

        IControlGroup? group = null;
        try
        {
            group = _groups.Create(OwnerName.Next());
            group.SetLimits(limits, NativeMember.OwnProcesses);
            return await StartAsync(program, limits.ScratchBytes, group, user);
        }
        catch
        {
            group?.TryRemove();
            _users.Enqueue(user);
            throw;
        }
    }

    /// <summary>Kills and removes what runners that are gone have left.</summary>
    /// <returns>The number of sandboxes.</returns>
    public async Task<int> ReapAsync(string stateFolder, CancellationToken cancellationToken)
    {
        var names = _groups.Find(OwnerName.IsLeftover);
        foreach (var group in names.Select(_groups.Open))
        {
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                group.Kill();
                await Task.Delay(1, cancellationToken);
            }
            while (!group.TryRemove());
        }

        HostFolder.RemoveLeftovers(stateFolder);
        return names.Count;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _forge.Dispose();
        _seccomp.Dispose();
        _folder.Dispose();
    }

    private static string Find(string program) =>
        ((string[])["/usr/bin/", "/usr/local/bin/", "/bin/"]).Select(folder => folder + program).FirstOrDefault(File.Exists)
        ?? throw new SandboxUnavailableException($"{program} is not installed.");

    private async Task<NativeMember> StartAsync(SandboxProgram program, long scratchBytes, IControlGroup group, uint user)
    {
        var stdin = Descriptor.Pipe(user);
        var stdout = Descriptor.Pipe(user);
        var stderr = Descriptor.Pipe(user);
        var status = Descriptor.Pipe(user);
        (Descriptor Read, Descriptor Write)? frame = program.Prestart ? null : Descriptor.Pipe(user);
        using var seccomp = _seccomp.Reopen();

        // The shell reads its frame on 0 and gives the program 3 as stdin; see ShellFrame.
        List<Descriptor> given = frame is { } pipe
            ? [pipe.Read, stdout.Write, stderr.Write, stdin.Read, seccomp, status.Write]
            : [stdin.Read, stdout.Write, stderr.Write, seccomp, status.Write];
        var options = BubblewrapArguments.Write(program, scratchBytes, _folder.Etc, given.Count - 2, given.Count - 1);
        using var arguments = Descriptor.InMemory("arguments", options);
        given.Add(arguments);
        try
        {
            var process = await _forge.StartAsync(CommandLine(program, group, user, given.Count - 1), given);
            var pipes = new MemberPipes(frame?.Write, stdin.Write, stdout.Read, stderr.Read, status.Read);
            return new NativeMember(group, process, pipes, () => _users.Enqueue(user));
        }
        catch
        {
            foreach (var ours in (Descriptor?[])[frame?.Write, stdin.Write, stdout.Read, stderr.Read, status.Read])
            {
                ours?.Dispose();
            }

            throw;
        }
        finally
        {
            given.ForEach(descriptor => descriptor.Dispose());
        }
    }

    /// <summary>The rights are dropped before bubblewrap starts: what root maps into a user namespace stays root outside of it.</summary>
    private List<string> CommandLine(SandboxProgram program, IControlGroup group, uint user, int arguments)
    {
        var number = user.ToString(CultureInfo.InvariantCulture);
        List<string> line = [Shell, "-c", Join, "sh", group.JoinFiles.Count.ToString(CultureInfo.InvariantCulture), .. group.JoinFiles];
        line.AddRange([_dropRights, "--reuid", number, "--regid", number, "--clear-groups", "--"]);
        line.AddRange([_bubblewrap, "--args", arguments.ToString(CultureInfo.InvariantCulture), "--"]);
        line.AddRange(program.Prestart ? program.Command : [Shell]);
        return line;
    }
}
