using System.Collections.Concurrent;
using System.Threading.Channels;
using Capns.Contracts.Running;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Capns.Registry.Worker.Tests.Executions;

/// <summary>Takes every command at once and holds it until the test ends it; counts how many each caller has out.</summary>
internal sealed class HoldingRunner : IAsyncDisposable
{
    private readonly Channel<RunTool> _arrivals = Channel.CreateUnbounded<RunTool>();
    private readonly ConcurrentDictionary<string, int> _out = new();
    private readonly ConcurrentDictionary<string, int> _most = new();
    private readonly World _world;
    private readonly IChannel _channel;

    private HoldingRunner(World world, IChannel channel)
    {
        _world = world;
        _channel = channel;
    }

    public static async Task<HoldingRunner> StartAsync(World world)
    {
        var channel = await world.Broker.OpenChannelAsync();
        var runner = new HoldingRunner(world, channel);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            runner.Take(World.Data<RunTool>(delivery.Body));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(Runner.Queue, autoAck: true, consumer);
        return runner;
    }

    /// <summary>The largest number of jobs that the caller had out at once.</summary>
    public int MostOut(string caller) => _most.GetValueOrDefault(caller);

    /// <summary>The next command, in the order of the queue.</summary>
    public async Task<RunTool> NextAsync() => await _arrivals.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>The next commands.</summary>
    public async Task<List<RunTool>> NextAsync(int count)
    {
        var commands = new List<RunTool>();
        while (commands.Count < count)
        {
            commands.Add(await NextAsync());
        }

        return commands;
    }

    /// <summary>True when nothing has come that was not asked for.</summary>
    public bool IsIdle => _arrivals.Reader.Count == 0;

    /// <summary>Ends one well.</summary>
    public Task CompleteAsync(RunTool command) => LetGoAsync(command, Runner.Completed(command));

    /// <summary>Says the last word about a command.</summary>
    public async Task LetGoAsync<T>(RunTool command, T report)
        where T : class
    {
        _out.AddOrUpdate(Caller(command), 0, (_, count) => count - 1);
        await _world.ReportAsync(report);
    }

    public ValueTask DisposeAsync() => _channel.DisposeAsync();

    public static string Caller(RunTool command) => command.Identity.AgentId!;

    private void Take(RunTool command)
    {
        var now = _out.AddOrUpdate(Caller(command), 1, (_, count) => count + 1);
        _most.AddOrUpdate(Caller(command), now, (_, most) => Math.Max(most, now));
        _arrivals.Writer.TryWrite(command);
    }
}
