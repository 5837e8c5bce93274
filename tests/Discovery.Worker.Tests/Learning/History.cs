using Capns.Discovery.Worker.Learning.Rules;

namespace Capns.Discovery.Worker.Tests.Learning;

/// <summary>A made-up past, the same each time: tools in groups that go together, some of which fail.</summary>
internal static class History
{
    public const int Tools = 40;

    public static Guid Tool(int at) => Guid.Parse($"{(at * 2654435761L) & 0xffffffff:x8}-0000-4000-8000-{at:x12}");

    /// <summary>Executions, and feedback on every seventh, some of it before its execution.</summary>
    public static List<object> Make(int runs)
    {
        var random = new Random(5);
        var events = new List<object>();
        for (var at = 0; at < runs; at++)
        {
            // A session uses five tools of one group of eight; tool 0 of a group fails often.
            var session = at / 5;
            var group = session % (Tools / 8);
            var member = random.Next(8);
            var tool = Tool((group * 8) + member);
            var run = new Observation(
                new Guid(at, 1, 2, [3, 4, 5, 6, 7, 8, 9, 10]), tool, $"agent-{session % 25}", random.NextDouble() > (member == 0 ? 0.6 : 0.05), random.Next(1, 5000),
                random.Next(100) / 10000m, LearningData.Start.AddSeconds(at * 20), $"discussion:{session}");
            events.Add(run);
            if (at % 7 == 0)
            {
                events.Insert(at % 2 == 0 ? events.Count : events.Count - 1, Feedback(at, run, random, Tool((group * 8) + ((member + 1) % 8))));
            }
        }

        return events;
    }

    private static Feedback Feedback(int at, Observation run, Random random, Guid neighbour)
    {
        var x = random.Next(11) / 10m;
        return new Feedback
        {
            EventId = $"e-{at}",
            ToolId = run.ToolId,
            AgentId = run.AgentId!,
            ExecutionId = at % 3 == 0 ? null : run.ExecutionId,
            Outcome = x > 0.5m ? "success" : "failure",
            X = x,
            Context = at % 2 == 0 ? new FeedbackContext($"topic {at % 30}", ["pdf", "word"]) : null,
            SessionKey = run.SessionKey,
            Companions = at % 5 == 0 ? [neighbour] : [],
            Replaced = at % 11 == 0 ? neighbour : null,
            ReplacementWorked = x > 0.5m,
            At = run.At,
            Payload = $$"""{"eventId":"e-{{at}}"}""",
        };
    }
}
