using System.CommandLine;
using Capns.Bench.Workers;

namespace Capns.Bench.Chaos;

/// <summary><c>bench/chaos</c>: executions under kill -9 and restarts, and a history checker.</summary>
internal static class ChaosCommand
{
    public static Command Create(Option<DirectoryInfo> root)
    {
        var seed = Number("--seed", "Chooses tools, durations and moments.", 1);
        var executions = Number("--executions", "Requests to publish.", 2000);
        var registryKills = Number("--registry-kills", "kill -9 of a registry.", 20);
        var runnerKills = Number("--runner-kills", "kill -9 of a runner.", 20);
        var registries = Number("--registries", "Registries that run.", 2);
        var runners = Number("--runners", "Runners that run.", 2);
        var rabbitMq = Number("--rabbitmq-restarts", "Restarts of RabbitMQ.", 2);
        var postgreSql = Number("--postgresql-restarts", "Restarts of PostgreSQL.", 1);
        var redis = Number("--redis-restarts", "Restarts of Redis.", 1);
        var settle = Number("--settle", "Seconds after the last fault within which all must have ended.", 120);
        var rolling = new Option<bool>("--rolling") { Description = "SIGTERM one worker after the other instead of kill -9: a rolling restart." };
        var command = new Command("chaos", "Kills registries and runners, restarts the servers, and counts what the broker handed out.");
        foreach (var option in new Option[] { seed, executions, registryKills, runnerKills, registries, runners, rabbitMq, postgreSql, redis, settle, rolling })
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new ChaosOptions
            {
                Root = parsed.GetRequiredValue(root).FullName,
                Seed = parsed.GetValue(seed),
                Executions = parsed.GetValue(executions),
                RegistryKills = parsed.GetValue(registryKills),
                RunnerKills = parsed.GetValue(runnerKills),
                Registries = parsed.GetValue(registries),
                Runners = parsed.GetValue(runners),
                RabbitMqRestarts = parsed.GetValue(rabbitMq),
                PostgreSqlRestarts = parsed.GetValue(postgreSql),
                RedisRestarts = parsed.GetValue(redis),
                Rolling = parsed.GetValue(rolling),
                SettleWithin = TimeSpan.FromSeconds(parsed.GetValue(settle)),
            };
            var state = Directory.CreateTempSubdirectory("capns-chaos-").FullName;
            Console.WriteLine($"seed {options.Seed}; data and logs in {state}");
            await using var servers = await Servers.StartAsync(options.Root, state);
            return await new ChaosRun(options, servers, state).RunAsync(cancellationToken) ? 0 : 1;
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = $"{description} Default: {value}.", DefaultValueFactory = _ => value };
}
