using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Capns.Testing;

/// <summary>One worker as an operating-system process, which can be killed with -9.</summary>
public sealed class WorkerProcess : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly string _program;
    private readonly string _log;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly int _port = FreePort();
    private Process? _process;

    private WorkerProcess(string name, string program, string log, IReadOnlyDictionary<string, string> environment)
    {
        Name = name;
        _program = program;
        _log = log;
        _environment = environment;
    }

    /// <summary>E.g. <c>runner-2</c>.</summary>
    public string Name { get; }

    /// <summary>True between a start and its end.</summary>
    public bool Running => _process is { HasExited: false };

    /// <summary>Where it serves HTTP.</summary>
    public Uri Address => new($"http://127.0.0.1:{_port}");

    /// <summary>Everything it has written so far, over all its starts.</summary>
    public string Log => File.Exists(_log) ? File.ReadAllText(_log) : "";

    /// <summary>Prepares <c>artifacts/bin/Capns.&lt;kind&gt;.Worker/&lt;configuration&gt;</c> of the checkout; starts nothing.</summary>
    /// <param name="root">The checkout.</param>
    /// <param name="configuration"><c>debug</c> or <c>release</c>.</param>
    /// <param name="kind"><c>Registry</c>, <c>Runner</c> or <c>Discovery</c>.</param>
    /// <param name="number">1 and up; tells workers of one kind apart.</param>
    /// <param name="logs">Folder for its log.</param>
    /// <param name="environment">Beside <c>PORT</c>, which is a free one.</param>
    public static WorkerProcess Create(
        string root,
        string configuration,
        string kind,
        int number,
        string logs,
        IReadOnlyDictionary<string, string> environment)
    {
        var program = Path.Combine(root, "artifacts", "bin", $"Capns.{kind}.Worker", configuration, $"Capns.{kind}.Worker");
        var name = $"{kind}-{number}".ToLowerInvariant();
        return new WorkerProcess(name, program, Path.Combine(logs, $"{name}.log"), environment);
    }

    /// <summary>Starts it; does not wait until it is ready.</summary>
    public void Start()
    {
        // A shell in between appends to the log without this process reading it; exec keeps the pid.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = Path.GetDirectoryName(_program) };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec \"$0\" >>\"$1\" 2>&1");
        start.ArgumentList.Add(_program);
        start.ArgumentList.Add(_log);
        foreach (var (key, value) in _environment)
        {
            start.Environment[key] = value;
        }

        start.Environment["PORT"] = _port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        _process = Process.Start(start);
    }

    /// <summary>Returns when <c>/health/ready</c> answers 200.</summary>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_process is { HasExited: true })
            {
                throw new InvalidOperationException($"{Name} ended with code {_process.ExitCode}; its log is {_log}.");
            }

            try
            {
                using var answer = await Http.GetAsync(new Uri(Address, "/health/ready"), cancellationToken);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Too busy to answer in time.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }

    /// <summary>SIGTERM, and waits until it has ended.</summary>
    public async Task TerminateAsync(CancellationToken cancellationToken)
    {
        if (_process is { HasExited: false })
        {
            using var kill = Process.Start("/bin/kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await _process.WaitForExitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await KillAsync();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
