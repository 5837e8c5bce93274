using System.Text;
using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Hosting.Secrets;
using Capns.Runner.Worker.Runs.Output;

namespace Capns.Runner.Worker.Tests.Runs;

/// <summary>Secret parameters reach the program and nothing else (platform spec 5.13).</summary>
public sealed class SecretRunTests
{
    private const string Secret = "hunter2-secret";

    [Fact]
    public async Task Process_SealedParameters_AreGivenToTheProgramAndTakenOutOfAllItSays()
    {
        var sandbox = new FakeSandbox(async run =>
        {
            await run.PrintAsync($"my key is {Secret}");
            await run.PrintAsync($$"""{"$capns":"progress","progress":5,"message":"with {{Secret}}","currentStep":"{{Secret}}"}""");
            await run.PrintAsync($$$"""{"$capns":"partial","value":{"{{{Secret}}}":["{{{Secret}}}"]}}""");
            await run.PrintAsync($$$"""{"$capns":"result","value":{"echo":"{{{Secret}}}"},"metadata":{"m":"{{{Secret}}}"}}""");
            return Example.Exited();
        });
        var flow = await RunFlow.StartAsync(sandbox);
        var order = Order();

        await flow.Processor.ProcessAsync(new FakeDelivery(order, flow.Reports));

        Assert.True(sandbox.Specs.TryDequeue(out var spec));
        Assert.Contains(Secret, Encoding.UTF8.GetString(spec.Stdin.Span), StringComparison.Ordinal);
        var ended = flow.Reports.All.OfType<RunEnded>().Single();
        Assert.Null(ended.Result);
        Assert.True(RunFlow.Sealer.TryOpen(Convert.FromBase64String(ended.SealedResult!), SealedPlaces.Report(order.ExecutionId), out var result));
        Assert.Equal($$"""{"echo":"{{Secret}}"}""", Encoding.UTF8.GetString(result));
        var told = new List<ToolExecutionProgress>();
        while (flow.Progress.TryNext(out var happened))
        {
            told.Add(happened!);
        }

        Assert.NotEmpty(told);
        Assert.DoesNotContain(Secret, JsonSerializer.Serialize(told), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, JsonSerializer.Serialize(flow.Reports.All.Select(report => JsonSerializer.Serialize(report, report.GetType()))), StringComparison.Ordinal);
        Assert.Contains(told, happened => happened.Log?.Line == "my key is [redacted]");
    }

    [Theory]
    [InlineData("""{"$capns":"error","message":"bad key hunter2-secret","details":{"key":"hunter2-secret"}}""", 0)]
    [InlineData("plain", 3)]
    public async Task Process_ProgramFails_TheErrorHoldsNoSecret(string line, int exitCode)
    {
        var flow = await RunFlow.StartAsync(new FakeSandbox(async run =>
        {
            await run.PrintAsync(line);
            await run.PrintErrorAsync($"died with {Secret}");
            return Example.Exited(exitCode);
        }));

        await flow.Processor.ProcessAsync(new FakeDelivery(Order(), flow.Reports));

        var error = flow.Reports.All.OfType<RunEnded>().Single().Error!;
        Assert.Contains("[redacted]", JsonSerializer.Serialize(error), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, JsonSerializer.Serialize(error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_SealedWithAnotherKeyOrForAnotherExecution_IsRefusedAndStartsNothing()
    {
        var flow = await RunFlow.StartAsync(FakeSandbox.Completing());
        var foreign = Order() with { SealedParameters = Seal(new Sealer(SealingKeys.Random()), Guid.CreateVersion7()) };

        await flow.Processor.ProcessAsync(new FakeDelivery(foreign, flow.Reports));
        await flow.Processor.ProcessAsync(new FakeDelivery(Order() with { SealedParameters = Seal(RunFlow.Sealer, Guid.CreateVersion7()) }, flow.Reports));

        Assert.All(flow.Reports.All.OfType<RunEnded>(), ended => Assert.Contains("DATA_ENCRYPTION_KEY", ended.Error!.Message, StringComparison.Ordinal));
        Assert.Equal(2, flow.Reports.All.OfType<RunEnded>().Count());
        Assert.Empty(flow.Sandbox.Specs);
    }

    [Fact]
    public async Task Process_LineThatIsCutInTheMiddleOfASecret_EndsBeforeIt()
    {
        var flow = await RunFlow.StartAsync(new FakeSandbox(async run =>
        {
            await run.PrintAsync(new string('x', (8 * 1024) - 5) + Secret);
            return Example.Exited();
        }));

        await flow.Processor.ProcessAsync(new FakeDelivery(Order(), flow.Reports));

        Assert.True(flow.Progress.TryNext(out var happened));
        Assert.DoesNotContain("hunt", happened!.Log!.Line, StringComparison.Ordinal);
    }

    // Lines of both streams made of prose, control lines and secrets, in chunks of any size: nothing that is told holds a secret.
    [Fact]
    public void Output_AnyLinesInAnyChunks_NoSecretIsTold()
    {
        string[] secrets = [Secret, "pa\"ss\\word", "\u00e4\u00f6\u00fc-4711", "ab"];
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var told = new List<ToolEvent>();
            var output = new ToolOutput(new Kept(told), 64 * 1024, Redactor.For(secrets.Select(secret => JsonSerializer.SerializeToElement(secret))));
            foreach (var chunk in Chunks(Encoding.UTF8.GetBytes(Lines(random, secrets)), random))
            {
                if (random.Next(3) == 0)
                {
                    output.Stderr(Encoding.UTF8.GetBytes(secrets[random.Next(secrets.Length)] + "\n"));
                }

                output.Stdout(chunk);
            }

            var report = output.Complete();
            var texts = told.Select(Text).Append(report.LastStderrLine).Append(report.Error?.Message)
                .Append(report.Error?.Details?.GetRawText()).Append(report.Metadata?.GetRawText());
            foreach (var text in texts.OfType<string>().Select(text => text.Replace("[redacted]", "", StringComparison.Ordinal)))
            {
                Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
            }
        }
    }

    private static string Lines(Random random, string[] secrets)
    {
        var text = new StringBuilder();
        for (var line = 0; line < 12; line++)
        {
            var secret = secrets[random.Next(secrets.Length)];
            var json = JsonSerializer.Serialize(secret);
            text.Append(random.Next(6) switch
            {
                0 => $"prose {secret}{secret} more",
                1 => $$"""{"$capns":"progress","message":{{json}},"currentStep":{{json}}}""",
                2 => $$$"""{"$capns":"partial","value":{{{{json}}}:[{{{json}}},1]}}""",
                3 => $$$"""{"$capns":"error","message":{{{json}}},"details":{"x":{{{json}}}}}""",
                4 => $$$"""{"$capns":"result","value":1,"metadata":{"x":{{{json}}}}}""",
                _ => new string('x', random.Next(8000, 8200)) + secret,
            }).Append('\n');
        }

        return text.ToString();
    }

    private static IEnumerable<byte[]> Chunks(byte[] bytes, Random random)
    {
        for (var start = 0; start < bytes.Length;)
        {
            var length = Math.Min(random.Next(1, 3000), bytes.Length - start);
            yield return bytes[start..(start + length)];
            start += length;
        }
    }

    private static string Text(ToolEvent happened) => happened switch
    {
        ToolLogged told => told.Line,
        ToolProgressed told => $"{told.Message}\n{told.CurrentStep}",
        ToolGavePart told => string.Join('\n', told.Value.EnumerateObject().Select(member => $"{member.Name}\n{member.Value[0].GetString()}")),
        _ => string.Empty,
    };

    private sealed class Kept(List<ToolEvent> told) : IToolEvents
    {
        public void Add(ToolEvent happened) => told.Add(happened);
    }

    private static RunTool Order()
    {
        var order = Example.RunTool() with
        {
            Executor = new RunExecutor { Type = "command", Command = ["/bin/tool"] },
            Parameters = Example.Json("""{"a":1,"key":"[redacted]"}"""),
            SealResult = true,
        };
        return order with { SealedParameters = Seal(RunFlow.Sealer, order.ExecutionId) };
    }

    private static string Seal(ISealer sealer, Guid execution) => Convert.ToBase64String(
        SealedParameters.Seal(sealer, execution, Example.Json($$"""{"a":1,"key":"{{Secret}}"}"""), ["/key"])!);
}
