using System.Diagnostics;
using System.Security.Cryptography;
using Capns.Testing;

namespace Capns.Bench.Workers;

/// <summary>Private RabbitMQ, PostgreSQL and Redis for one measurement, started and stopped by <c>infra/servers</c>.</summary>
internal sealed class Servers : IAsyncDisposable
{
    private readonly string _script;
    private readonly string _state;

    private Servers(string script, string state, IReadOnlyDictionary<string, string> environment)
    {
        _script = script;
        _state = state;
        Environment = environment;
    }

    /// <summary><c>RABBITMQ_URL</c>, <c>POSTGRESQL_URL</c>, <c>REDIS_URL</c> and what else the workers need.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    public Uri Broker => new(Environment["RABBITMQ_URL"]);

    /// <param name="root">The checkout.</param>
    /// <param name="state">Folder for data, logs and pid files; made when missing.</param>
    public static async Task<Servers> StartAsync(string root, string state)
    {
        var script = Path.Combine(root, "infra", "servers");
        await RunAsync(script, state, "start");
        var environment = (await RunAsync(script, state, "env"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split('=', 2))
            .Where(parts => parts.Length == 2)
            .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
        environment["AUDIT_SIGNING_KEY"] = Secret();
        environment["CAPNS_ADMIN_KEY"] = $"capns_bench_{Secret()}";
        environment["DATA_ENCRYPTION_KEY"] = Secret();
        environment["JWT_SECRET"] = TestToken.Secret;
        return new Servers(script, state, environment);
    }

    /// <param name="server"><c>rabbitmq</c>, <c>postgresql</c> or <c>redis</c>.</param>
    public Task RestartAsync(string server) => RunAsync(_script, _state, "restart", server);

    public async ValueTask DisposeAsync() => await RunAsync(_script, _state, "stop");

    private static string Secret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private static async Task<string> RunAsync(string script, string state, params string[] arguments)
    {
        var start = new ProcessStartInfo(script, arguments) { RedirectStandardOutput = true };
        start.Environment["CAPNS_RUN_DIR"] = state;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{script} did not start.");
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{script} {string.Join(' ', arguments)} ended with code {process.ExitCode}: {output}");
    }
}
