using Capns.Discovery.Worker.Graph;
using static Capns.Discovery.Worker.Tests.Graph.GraphExample;

namespace Capns.Discovery.Worker.Tests.Graph;

/// <summary>Random changes of a truth: repeatable by the seed.</summary>
internal static class GraphRandom
{
    public const int Tools = 25;

    public static readonly string[] Agents = ["agent one", "it's \\ two", "three "];

    public static readonly string[] Words = ["pdf", "don't", "", "sum", "x\ny"];

    /// <summary>One transaction with relations of every type, uses and suggestions made, changed and taken away, and tools registered and changed.</summary>
    public static async Task ChangeAsync(TestGraph test, Random random, int changes)
    {
        var write = test.Write();
        for (var change = 0; change < changes; change++)
        {
            var (one, other) = (random.Next(1, Tools), random.Next(1, Tools));
            other = other == one ? Tools : other;
            var number = Math.Round(random.NextDouble(), 12);
            _ = random.Next(11) switch
            {
                0 => write.Relate(Requires(one, other, random.Next(2) == 0 ? null : "^1")),
                1 => write.Relate(Similar(one, other, number)),
                2 or 3 => write.Relate(UsedWith(one, other, random.Next(1, 1000), number)),
                4 => write.Relate(Enhances(one, other, number)),
                5 => write.Relate(Enhances(one, other, number) with { Type = RelationType.Replaces, Reason = Words[random.Next(Words.Length)] }),
                6 => write.Unrelate(Id(one), RelationTypes.All[random.Next(5)], Id(other)),
                7 => write.Use(Agents[random.Next(Agents.Length)], Use(one, random.Next(1, 99), number)),
                8 => write.Suggest(Suggestion($"topic {random.Next(4)}", one, number, Words[random.Next(Words.Length)])),
                9 => random.Next(8) == 0 ? write.Forget(Agents[random.Next(Agents.Length)]) : write,
                _ => random.Next(8) == 0 ? write.Unsuggest($"topic {random.Next(4)}") : write,
            };
        }

        var registered = Enumerable.Range(0, 5).Select(_ => random.Next(1, Tools)).Distinct().ToList();
        await test.Catalogue.PutAsync(registered.Select(at => Example.Tool($"tool-{at}") with
        {
            Id = Id(at),
            Category = $"category {random.Next(3)}",
            Capabilities = [.. Words.Where(_ => random.Next(2) == 0)],
        }));
        foreach (var at in registered)
        {
            write.Mark("tool", Id(at).ToString());
        }

        await write.CommitAsync();
    }
}
