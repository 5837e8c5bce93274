// Usage: RABBITMQ_URL=amqp://guest:guest@127.0.0.1 dotnet run --project infra/examples/publisher-dotnet [tool] [parameters]
// Publishes a request with MassTransit's default settings, and reads the events that come back with UseCapnsMessages().
// Shows them as they come; exits with 0 when the execution completed.
using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Messaging.Serialization;
using MassTransit;

var tool = args.ElementAtOrDefault(0) ?? "math-calculator";
var parameters = args.ElementAtOrDefault(1) ?? """{"operation":"add","operands":[5,3]}""";
var broker = Environment.GetEnvironmentVariable("RABBITMQ_URL") ?? "amqp://guest:guest@127.0.0.1:5672";
var id = Guid.CreateVersion7();
var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);

var bus = Bus.Factory.CreateUsingRabbitMq(configurator =>
{
    configurator.Host(new Uri(broker));
    configurator.ReceiveEndpoint($"publisher-dotnet-{id:N}", endpoint =>
    {
        endpoint.AutoDelete = true;
        endpoint.UseCapnsMessages();
        endpoint.Handler<ToolExecutionStarted>(context => Show(context.Message.ExecutionId, context.Message.Sequence, "started", context.Message.Isolation));
        endpoint.Handler<ToolExecutionProgress>(context => Show(
            context.Message.ExecutionId,
            context.Message.Sequence,
            "progress",
            $"{context.Message.Progress} {context.Message.CurrentStep} {context.Message.Message}{context.Message.Log?.Line}"));
        endpoint.Handler<ToolExecutionResult>(context => End(context.Message.ExecutionId, context.Message.Sequence, "completed", $"{context.Message.Result}", good: true));
        endpoint.Handler<ToolExecutionError>(context => End(context.Message.ExecutionId, context.Message.Sequence, "failed", context.Message.Error, good: false));
        endpoint.Handler<ToolExecutionCancelled>(context => End(context.Message.ExecutionId, context.Message.Sequence, "cancelled", context.Message.Reason, good: false));
    });
});

await bus.StartAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
try
{
    using var document = JsonDocument.Parse(parameters);
    await bus.Publish(new ToolExecutionRequest
    {
        ToolId = tool,
        ExecutionId = id,
        RequestId = id.ToString(),
        AgentId = $"publisher-dotnet-{id:N}",
        Parameters = document.RootElement.Clone(),
    });
    return await ended.Task.WaitAsync(TimeSpan.FromSeconds(60)) ? 0 : 1;
}
catch (TimeoutException)
{
    await Console.Error.WriteLineAsync($"Execution {id} of {tool} did not end within 60 s.");
    return 1;
}
finally
{
    await bus.StopAsync();
}

// Every event of every execution comes here; shown are those of ours.
Task Show(Guid executionId, int sequence, string what, string? detail)
{
    if (executionId == id)
    {
        Console.WriteLine($"  #{sequence,-3} {what,-10} {detail}");
    }

    return Task.CompletedTask;
}

async Task End(Guid executionId, int sequence, string what, string? detail, bool good)
{
    await Show(executionId, sequence, what, detail);
    if (executionId == id)
    {
        ended.TrySetResult(good);
    }
}
