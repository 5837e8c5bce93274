using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Capns.Sandbox.Tests.Conformance;

/// <summary>What hostile programs are after: a file, listeners and a process, all made for the test.</summary>
public sealed class HostileHost : IAsyncLifetime, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("capns-hostile-");
    private readonly string _mark = "mark" + Guid.NewGuid().ToString("N");
    private readonly TcpListener _tcp = new(IPAddress.Loopback, 0);
    private readonly UdpClient _udp = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly Socket _unix = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Socket _abstract = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private Process? _victim;

    /// <summary>Told to the programs.</summary>
    internal Dictionary<string, string> Environment { get; } = [];

    /// <summary>Names of the programs in <c>hostile/</c>.</summary>
    public static TheoryData<string> Programs => new(
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "hostile"), "*.py")
            .Select(file => Path.GetFileNameWithoutExtension(file)!)
            .Where(name => name != "prelude")
            .Order(StringComparer.Ordinal));

    private string AbstractName => "capns-" + _mark[^8..];

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_111_111);
        var canary = Path.Combine(_folder.FullName, "canary");
        File.WriteAllText(canary, "outside");
        _tcp.Start();
        _ = EchoAsync();
        var path = Path.Combine(_folder.FullName, "socket");
        Listen(_unix, path);
        Listen(_abstract, "\0" + AbstractName);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_111_111);

        // Makes shared memory, says its key, and lives until its stdin ends.
        const string Victim =
            """
            import ctypes, os, sys
            libc = ctypes.CDLL(None)
            key = os.getpid() + 0x51000000
            memory = libc.shmget(key, 4096, 0o1666)
            print(key, flush=True)
            sys.stdin.read()
            libc.shmctl(memory, 0, None)
            """;
        var start = new ProcessStartInfo("/usr/bin/python3", ["-I", "-c", Victim, _mark])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["MARK"] = _mark },
        };
        _victim = Process.Start(start)!;
        Environment["VICTIM_SHM"] = (await _victim.StandardOutput.ReadLineAsync())!;
        Environment["VICTIM"] = Text(_victim.Id);
        Environment["VICTIM_MARK"] = new string([.. _mark.Reverse()]);
        Environment["CANARY"] = canary;
        Environment["CANARY_FOLDER"] = _folder.FullName;
        Environment["TCP_PORT"] = Text(((IPEndPoint)_tcp.LocalEndpoint).Port);
        Environment["UDP_PORT"] = Text(((IPEndPoint)_udp.Client.LocalEndPoint!).Port);
        Environment["UNIX_SOCKET"] = path;
        Environment["ABSTRACT_SOCKET"] = AbstractName;
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        if (_victim is not null)
        {
            _victim.StandardInput.Close();
            await _victim.WaitForExitAsync();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _tcp.Dispose();
        _udp.Dispose();
        _unix.Dispose();
        _abstract.Dispose();
        _victim?.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>The text of a program, with its prelude.</summary>
    internal static string Program(string name) => Read("prelude") + Read(name);

    /// <summary>Runs a program on the host itself.</summary>
    internal async Task<string> RunOutsideAsync(string name)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", ["-I", "-c", Program(name)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in Environment)
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output + await error;
    }

    /// <summary>Puts the folder back into the state it had before a control run.</summary>
    internal void Reset()
    {
        foreach (var file in _folder.GetFiles().Where(file => file.Name is "written" or "link"))
        {
            file.Delete();
        }
    }

    /// <summary>True when nothing has been written, and the victim lives.</summary>
    internal bool IsUnharmed() =>
        _folder.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal).SequenceEqual(["canary", "socket"])
        && File.ReadAllText(Environment["CANARY"]) == "outside"
        && !_victim!.HasExited;

    private static string Read(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "hostile", name + ".py"), Encoding.UTF8);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Listen(Socket socket, string path)
    {
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen(16);
    }

    private async Task EchoAsync()
    {
        try
        {
            while (true)
            {
                var asked = await _udp.ReceiveAsync();
                await _udp.SendAsync(asked.Buffer, asked.RemoteEndPoint);
            }
        }
        catch (ObjectDisposedException)
        {
            // The test class has ended.
        }
        catch (SocketException)
        {
            // Likewise.
        }
    }
}
