using System.Diagnostics;

namespace Capns.Testing;

/// <summary>RabbitMQ, PostgreSQL and Redis of a test's own, which may be stopped and started again; started by <c>infra/servers</c>.</summary>
public sealed class OwnServers : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("capns-servers-").FullName;

    /// <summary><c>RABBITMQ_URL</c>, <c>POSTGRESQL_URL</c>, <c>REDIS_URL</c>; the same after a restart.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; private set; } = new Dictionary<string, string>();

    /// <exception cref="InvalidOperationException">A server does not start; the text has what the script said.</exception>
    public static Task<OwnServers> StartAsync() => StartOnlyAsync("rabbitmq", "postgresql", "redis");

    /// <summary>Some of them; <c>graph</c> for FalkorDB, with <c>FALKORDB_URL</c>.</summary>
    /// <exception cref="InvalidOperationException">As above.</exception>
    public static async Task<OwnServers> StartOnlyAsync(params string[] names)
    {
        var servers = new OwnServers();
        await servers.RunAsync(["start", .. names]);
        servers.Environment = (await servers.RunAsync("env")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        return servers;
    }

    /// <summary>Stops one; its data stay.</summary>
    /// <param name="server"><c>rabbitmq</c>, <c>postgresql</c>, <c>redis</c> or <c>graph</c>.</param>
    public Task HaltAsync(string server) => RunAsync("halt", server);

    /// <summary>Starts it on the same port; returns when it answers.</summary>
    public Task StartAsync(string server) => RunAsync("start", server);

    /// <summary>Keeps one from answering; its connections stay open.</summary>
    /// <param name="server"><c>postgresql</c>, <c>redis</c> or <c>graph</c>.</param>
    public Task FreezeAsync(string server) => RunAsync("freeze", server);

    /// <summary>Lets it go on.</summary>
    public Task ThawAsync(string server) => RunAsync("thaw", server);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await RunAsync("stop");
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        // Into files: what the servers inherit would keep a pipe open for ever.
        var start = new ProcessStartInfo("/bin/bash") { ArgumentList = { "-c", "\"$0\" \"$@\" >\"$OUT\" 2>&1", Path.Combine(Checkout.Root, "infra", "servers") } };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var output = Path.Combine(_folder, $"{Guid.CreateVersion7():N}.out");
        start.Environment["OUT"] = output;
        start.Environment["CAPNS_RUN_DIR"] = _folder;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        var said = await File.ReadAllTextAsync(output);
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"infra/servers {string.Join(' ', arguments)}: {said}");
    }
}
