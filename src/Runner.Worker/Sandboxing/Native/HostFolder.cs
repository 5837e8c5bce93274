namespace Capns.Runner.Worker.Sandboxing.Native;

/// <summary>The runner's folder on the host with what native sandboxes see as <c>/etc</c>, and a file that none of them may see.</summary>
internal sealed class HostFolder : IDisposable
{
    private const UnixFileMode Enterable = (UnixFileMode)0b111_101_101;

    /// <summary>Links by which Debian's <c>awk</c> and its like find their programs.</summary>
    public const string Alternatives = "/etc/alternatives";

    private const UnixFileMode Readable = (UnixFileMode)0b110_100_100;

    private static readonly string[] CopiedFiles = ["ld.so.cache", "localtime"];

    private readonly string _folder;

    /// <summary>Makes the folder.</summary>
    /// <exception cref="SandboxUnavailableException">It cannot be written.</exception>
    public HostFolder(string stateFolder)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new SandboxUnavailableException("Native sandboxes need Linux.");
        }

        _folder = Path.Combine(stateFolder, OwnerName.Next());
        Etc = Path.Combine(_folder, "etc");
        Canary = Path.Combine(_folder, "canary");
        var isNew = !Directory.Exists(stateFolder);
        try
        {
            Directory.CreateDirectory(Etc);
            Write("passwd", "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/tmp:/bin/sh\n");
            Write("group", "root:x:0:\nnogroup:x:65534:\n");
            Write("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n");
            Write("hosts", "127.0.0.1 localhost\n::1 localhost\n");
            foreach (var file in CopiedFiles.Where(file => File.Exists("/etc/" + file)))
            {
                File.Copy("/etc/" + file, Path.Combine(Etc, file));
            }

            if (Directory.Exists(Alternatives))
            {
                Directory.CreateDirectory(Path.Combine(Etc, Path.GetFileName(Alternatives)));
            }

            File.WriteAllText(Canary, "outside");
            foreach (var folder in isNew ? (string[])[stateFolder, _folder, Etc] : [_folder, Etc])
            {
                File.SetUnixFileMode(folder, Enterable);
            }

            foreach (var file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories))
            {
                File.SetUnixFileMode(file, Readable);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SandboxUnavailableException($"The folder {nameof(SandboxOptions.StateFolder)} (SANDBOX_STATE) cannot be written.", error);
        }
    }

    /// <summary>Shown read-only as <c>/etc</c>.</summary>
    public string Etc { get; }

    /// <summary>A file readable by every user of the host, for the probe.</summary>
    public string Canary { get; }

    /// <summary>Removes folders of runners that are gone.</summary>
    public static void RemoveLeftovers(string stateFolder)
    {
        if (!Directory.Exists(stateFolder))
        {
            return;
        }

        foreach (var folder in Directory.EnumerateDirectories(stateFolder).Where(folder => OwnerName.IsLeftover(Path.GetFileName(folder))))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (DirectoryNotFoundException)
            {
                // Another runner was faster.
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(Etc, name), text);
}
