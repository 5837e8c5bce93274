using System.Globalization;
using Capns.Bench.Discovery;
using Capns.Bench.Workers;
using Capns.Contracts.Discovery;
using Capns.Discovery.Worker.Learning;
using Capns.Discovery.Worker.Learning.Rules;
using Capns.Discovery.Worker.Learning.Similarity;
using Capns.Discovery.Worker.Tests.Quality;
using Capns.Testing;

namespace Capns.Bench.Quality;

/// <summary>Asks every labelled query three times: by words alone, with the graph, and after the simulated history has been learned from.</summary>
internal sealed class QualityRun(string root, Servers servers, string state)
{
    private const int Answers = 10;

    private readonly ManualTime _time = new(QualityData.History.Start);

    public async Task RunAsync(string misses, CancellationToken cancellationToken)
    {
        await using var worker = await InProcess.OpenAsync(root, servers, state, QualityCatalogue.Tools, _time, cancellationToken);
        await worker.Get<SimilarityUpdate>().UpdateAllAsync(worker.Catalogue, cancellationToken);
        var words = await AskAsync(worker, "search", cancellationToken);
        var graph = await AskAsync(worker, "recommend", cancellationToken);
        var runs = await LearnAsync(worker, cancellationToken);
        var learned = await AskAsync(worker, "recommend", cancellationToken);

        Console.WriteLine();
        Console.WriteLine($"{QualityData.Tools.Count} tools, {QualityData.Queries.Count} queries, {runs} runs in the history");
        Console.WriteLine($"{"",-36}  hit@1    hit@3     MRR   queries");
        foreach (var part in new[] { QualitySplit.Measured, QualitySplit.Tune })
        {
            Row($"{part}: words alone (BM25)", words.Of(part));
            Row($"{part}: with the graph", graph.Of(part));
            Row($"{part}: after the history", learned.Of(part));
        }

        foreach (var kind in QualityData.Queries.Select(query => query.Kind).Distinct().Order(StringComparer.Ordinal))
        {
            Row($"measured, {kind}: after the history", new QualityScore([.. learned.Of(QualitySplit.Measured).Places.Where(one => one.Query.Kind == kind)]));
        }

        foreach (var (query, place, answer) in learned.Misses.Where(miss => misses == "all" || miss.Query.Part == misses))
        {
            Console.WriteLine($"{query.Part} {(place == 0 ? "  -" : place.ToString(CultureInfo.InvariantCulture).PadLeft(3))}  {query.Query}");
            Console.WriteLine($"              right: {string.Join(" or ", query.Best)}; answered: {string.Join(", ", answer.Take(3))}");
        }
    }

    private static async Task<QualityScore> AskAsync(InProcess worker, string mode, CancellationToken cancellationToken)
    {
        var places = new List<(LabelledQuery, int, IReadOnlyList<string>)>();
        foreach (var query in QualityData.Queries)
        {
            var answer = await worker.AskAsync(
                new ToolDiscoveryRequest { AgentId = "somebody-new", Mode = mode, Query = query.Query, Limit = Answers }, cancellationToken);
            var slugs = answer.Recommendations.Select(tool => worker.Catalogue.Find(tool.ToolId)!.Slug).ToList();
            places.Add((query, slugs.FindIndex(query.Best.Contains) + 1, slugs));
        }

        return new QualityScore(places);
    }

    /// <summary>Every run as its event would teach it, with the feedback that was given on it.</summary>
    private async Task<int> LearnAsync(InProcess worker, CancellationToken cancellationToken)
    {
        var store = worker.Get<LearningStore>();
        var count = 0;
        foreach (var run in new SimulatedHistory(QualityData.History, QualityData.Tools.Select(tool => tool.Slug)).Draw())
        {
            _time.Advance(run.At - _time.GetUtcNow());
            var tool = worker.Catalogue.Find(run.Tool)!;
            var execution = QualityCatalogue.IdOf($"run {run.Index}");
            await store.ApplyAsync(
                new Observation(execution, tool.Id, run.Agent, run.Succeeded, tool.DurationEstimateMs, tool.CostEstimate, run.At, run.Session), cancellationToken);
            if (run.Topic is not null)
            {
                await store.ApplyAsync(Feedback(run, tool.Id, execution), cancellationToken);
            }

            count++;
        }

        await worker.Get<FactsWatch>().RefreshAsync(cancellationToken);
        return count;
    }

    private static Feedback Feedback(SimulatedRun run, Guid tool, Guid execution) => new()
    {
        EventId = $"run {run.Index}",
        ToolId = tool,
        AgentId = run.Agent,
        ExecutionId = execution,
        Outcome = run.Succeeded ? "success" : "failure",
        X = run.Succeeded ? 1 : 0,
        Context = FeedbackContext.Of(System.Text.Json.JsonSerializer.SerializeToElement(new { topic = run.Topic, keywords = run.Keywords })),
        SessionKey = run.Session,
        At = run.At,
        Payload = "{}",
    };

    private static void Row(string name, QualityScore score) => Console.WriteLine($"{name,-52} {score}");
}
