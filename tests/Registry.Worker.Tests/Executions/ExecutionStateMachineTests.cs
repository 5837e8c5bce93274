using Capns.Testing;
using MassTransit;
using MassTransit.SagaStateMachine;
using Xunit;

namespace Capns.Registry.Worker.Tests.Executions;

public sealed class ExecutionStateMachineTests
{
    [Fact]
    public void EveryEventIsHandledOrIgnoredInEveryState()
    {
        var machine = World.Machine();
        var live = machine.States.Where(state => state.Name != "Initial" && state.Name != "Final");

        var gaps = from state in live
                   from happening in machine.Events.Where(happening => !happening.Name.Contains('.', StringComparison.Ordinal))
                   where !machine.NextEvents(state).Contains(happening)
                   select $"{state.Name} does not say what {happening.Name} does";

        Assert.Empty(gaps);
    }

    // The graph joins an event's ways out of all states; so each drawn way must consist of two edges of the graph, and
    // each edge of the graph must be drawn.
    [Fact]
    public void Diagram_InTheDocumentation_IsTheMachines()
    {
        var graph = World.Machine().GetGraph();
        var expected = graph.Edges
            .Where(edge => (IsState(edge.From) && IsEvent(edge.To)) || (IsEvent(edge.From) && IsState(edge.To)))
            .Select(edge => $"{edge.From.Title} > {edge.To.Title}")
            .Where(edge => !Unmoved(graph).Contains(edge))
            .ToHashSet(StringComparer.Ordinal);

        var drawn = Drawn().SelectMany(way => new[] { $"{way.From} > {way.Event}", $"{way.Event} > {way.To}" }).ToHashSet(StringComparer.Ordinal);

        Assert.Empty(drawn.Except(expected));
        Assert.Empty(expected.Except(drawn));
    }

    /// <summary>Events that change something, but never the state.</summary>
    private static HashSet<string> Unmoved(StateMachineGraph graph)
    {
        var moving = graph.Edges.Where(edge => IsEvent(edge.From) && IsState(edge.To)).Select(edge => edge.From).ToHashSet();
        var moves = Drawn().Select(way => $"{way.From} > {way.Event}").ToHashSet(StringComparer.Ordinal);
        return graph.Edges
            .Where(edge => IsState(edge.From) && IsEvent(edge.To) && (!moving.Contains(edge.To) || Stays(edge, moves)))
            .Select(edge => $"{edge.From.Title} > {edge.To.Title}")
            .ToHashSet(StringComparer.Ordinal);
    }

    // Handled without a move: listed in the document's second table, which says so state by state.
    private static bool Stays(Edge edge, HashSet<string> moves) =>
        !moves.Contains($"{edge.From.Title} > {edge.To.Title}")
        && Document().Contains($"| {edge.From.Title} | {edge.To.Title} |", StringComparison.Ordinal);

    private static IEnumerable<(string From, string To, string Event)> Drawn() =>
        from line in Document().Split('\n')
        where line.Contains(" --> ", StringComparison.Ordinal) && line.Contains(": ", StringComparison.Ordinal)
        let ends = line.Split(" --> ")
        let target = ends[1].Split(": ")
        from happening in target[1].Split(", ")
        select (ends[0].Trim() == "[*]" ? "Initial" : ends[0].Trim(), target[0].Trim(), happening.Trim());

    private static string Document() => File.ReadAllText(Path.Combine(Checkout.Root, "docs", "state-machines", "execution.md"));

    private static bool IsState(Vertex vertex) => typeof(State).IsAssignableFrom(vertex.VertexType);

    private static bool IsEvent(Vertex vertex) => typeof(Event).IsAssignableFrom(vertex.VertexType);
}
