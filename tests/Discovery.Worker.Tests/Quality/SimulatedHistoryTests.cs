using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Quality;

/// <summary>The plan of <c>bench/quality/history.json</c> and the runs that are drawn from it.</summary>
public sealed class SimulatedHistoryTests
{
    private static string End(SimulatedRun run) => run.Succeeded ? "ok" : "failed";

    private static List<SimulatedRun> Draw(HistoryPlan plan) => [.. new SimulatedHistory(plan, QualityData.DomainOf.Keys).Draw()];

    [Fact]
    public void Plan_Names_AreThoseOfTheCatalogueAndOfItsAgents()
    {
        var plan = QualityData.History;
        var used = plan.Workflows.SelectMany(workflow => workflow.Tools).ToHashSet();

        Assert.Empty(used.Except(QualityData.DomainOf.Keys));
        Assert.Empty(plan.Unreliable.Select(entry => entry.Tool).Except(used));
        Assert.InRange(QualityData.Tools.Count - used.Count, QualityData.Tools.Count / 5, QualityData.Tools.Count / 3);
        Assert.Equal(plan.Agents, plan.Workflows.SelectMany(workflow => workflow.Agents).Distinct().Order(StringComparer.Ordinal));
        Assert.Empty(QualityReport.Repeated(plan.Workflows.Select(workflow => workflow.Name)));
        Assert.Empty(QualityReport.Repeated(plan.Workflows.Select(workflow => workflow.Topic)));
    }

    [Fact]
    public void Plan_Rates_AreProbabilitiesAndSomeToolsFailOften()
    {
        var plan = QualityData.History;
        double[] rates =
            [plan.BaseFailureRate, plan.SkipRate, plan.StrayRate, plan.FeedbackRate, .. plan.Unreliable.Select(entry => entry.FailureRate)];

        Assert.Equal(5000, plan.Runs);
        Assert.All(rates, rate => Assert.InRange(rate, 0, 1));
        Assert.All(plan.Workflows, workflow => Assert.InRange(workflow.Weight, 1, 20));
        Assert.All(plan.Unreliable, entry => Assert.True(entry.FailureRate > 5 * plan.BaseFailureRate, entry.Tool));
    }

    [Fact]
    public void Plan_WaysOfTalking_AreNotTheQueries()
    {
        var queries = QualityData.Queries.Select(query => QualityReport.Joined(query.Query)).ToHashSet();
        var faults = from workflow in QualityData.History.Workflows
                     where workflow.Keywords.Count is < 1 or > 10
                        || workflow.Keywords.Any(keyword => keyword.Contains(' ', StringComparison.Ordinal))
                        || queries.Contains(workflow.Topic)
                        || queries.Contains(string.Join(' ', workflow.Keywords))
                     select workflow.Name;

        Assert.Empty(faults);
    }

    // The digest was made by a second program, written from the README in another language.
    [Fact]
    public void Draw_ThePlan_GivesTheRunsThatTheReadmeDescribes()
    {
        var lines = Draw(QualityData.History).Select(run => string.Create(
            CultureInfo.InvariantCulture,
            $"{run.Index} {run.At:yyyy-MM-ddTHH:mm:ssZ} {run.Session} {run.Agent} {run.Tool} {End(run)} {run.Topic ?? "-"}\n"));

        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));

        Assert.Equal("20f5a36d030daf7cb5fcd91114579fc649888474ec2928369330896315026cff", digest);
    }

    [Fact]
    public void Draw_Twice_GivesTheSameAndAnotherSeedSomethingElse()
    {
        var history = new SimulatedHistory(QualityData.History, QualityData.DomainOf.Keys);
        var first = history.Draw().Select(run => run.Tool).ToList();

        Assert.Equal(first, history.Draw().Select(run => run.Tool));
        Assert.NotEqual(first, Draw(QualityData.History with { Seed = QualityData.History.Seed + 1 }).Select(run => run.Tool));
    }

    [Fact]
    public void Draw_ThePlan_UsesEveryWorkflowAgentAndFailsAsOftenAsPlanned()
    {
        var plan = QualityData.History;
        var runs = Draw(plan);

        Assert.Equal(plan.Runs, runs.Count);
        Assert.Equal(plan.Agents, runs.Select(run => run.Agent).Distinct().Order(StringComparer.Ordinal));
        Assert.Empty(plan.Workflows.Select(workflow => workflow.Topic).Except(runs.Select(run => run.Topic)));
        Assert.All(runs.GroupBy(run => run.Session), session => Assert.Single(session.Select(run => run.Agent).Distinct()));
        foreach (var group in runs.GroupBy(run => plan.Unreliable.FirstOrDefault(entry => entry.Tool == run.Tool)))
        {
            // Five standard deviations around the planned share.
            var rate = group.Key?.FailureRate ?? plan.BaseFailureRate;
            var spread = 5 * Math.Sqrt(rate * (1 - rate) / group.Count());
            Assert.InRange(group.Count(run => !run.Succeeded) / (double)group.Count(), rate - spread, rate + spread);
        }
    }

    [Fact]
    public void Draw_StrayTools_GetNoFeedback()
    {
        var plan = QualityData.History;
        var runs = Draw(plan with { StrayRate = 1, SkipRate = 1, FeedbackRate = 1 });

        Assert.All(runs, run => Assert.Null(run.Topic));
        Assert.All(Draw(plan with { StrayRate = 0, FeedbackRate = 1 }), run => Assert.NotNull(run.Topic));
    }
}
