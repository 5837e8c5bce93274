namespace Capns.Discovery.Worker.Tests.Quality;

/// <summary>Draws the runs of a <see cref="HistoryPlan"/>: the same plan gives the same runs on every machine.</summary>
/// <remarks>
/// Numbers come from SplitMix64, so that no library's generator has a say. Each chance costs exactly one number, in the
/// order of the code below; bench/quality/README.md says the same in prose.
/// </remarks>
internal sealed class SimulatedHistory
{
    private readonly HistoryPlan _plan;
    private readonly IReadOnlyList<string> _strays;
    private readonly Dictionary<string, double> _failureRates;
    private ulong _state;

    /// <param name="plan">What to draw from.</param>
    /// <param name="tools">The slugs of the catalogue, from which stray tools are drawn.</param>
    public SimulatedHistory(HistoryPlan plan, IEnumerable<string> tools)
    {
        _plan = plan;
        _strays = [.. tools.Order(StringComparer.Ordinal)];
        _failureRates = plan.Unreliable.ToDictionary(entry => entry.Tool, entry => entry.FailureRate);
    }

    /// <summary>All runs, oldest first; <see cref="HistoryPlan.Runs"/> of them.</summary>
    public IEnumerable<SimulatedRun> Draw()
    {
        _state = _plan.Seed;
        var index = 0;
        for (var session = 0; index < _plan.Runs; session++)
        {
            var workflow = DrawWorkflow();
            var agent = workflow.Agents[Pick(workflow.Agents.Count)];
            foreach (var (tool, stray) in DrawTools(workflow))
            {
                if (index == _plan.Runs)
                {
                    break;
                }

                yield return DrawRun(index++, $"session-{session}", agent, tool, stray ? null : workflow);
            }
        }
    }

    private HistoryWorkflow DrawWorkflow()
    {
        var left = Pick(_plan.Workflows.Sum(workflow => workflow.Weight));
        return _plan.Workflows.First(workflow => (left -= workflow.Weight) < 0);
    }

    private List<(string Tool, bool Stray)> DrawTools(HistoryWorkflow workflow)
    {
        var drawn = new List<(string, bool)>();
        foreach (var tool in workflow.Tools)
        {
            if (!Happens(_plan.SkipRate))
            {
                drawn.Add((tool, false));
            }
        }

        if (Happens(_plan.StrayRate))
        {
            drawn.Add((_strays[Pick(_strays.Count)], true));
        }

        return drawn;
    }

    private SimulatedRun DrawRun(int index, string session, string agent, string tool, HistoryWorkflow? workflow)
    {
        var succeeded = !Happens(_failureRates.GetValueOrDefault(tool, _plan.BaseFailureRate));

        // A stray tool has nothing to do with the task, so nobody says that it helped with it.
        var feedback = Happens(_plan.FeedbackRate) && workflow is not null;
        return new SimulatedRun(
            index,
            _plan.Start.AddSeconds((double)index * _plan.SecondsBetweenRuns),
            session,
            agent,
            tool,
            succeeded,
            feedback ? workflow!.Topic : null,
            feedback ? workflow!.Keywords : []);
    }

    private bool Happens(double probability) => Unit() < probability;

    private int Pick(int count) => (int)(Unit() * count);

    private double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    private ulong Next()
    {
        unchecked
        {
            var mixed = _state += 0x9E3779B97F4A7C15;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return mixed ^ (mixed >> 31);
        }
    }
}

/// <summary>One run of the simulated history.</summary>
/// <param name="Index">From 0.</param>
/// <param name="At">When it ended.</param>
/// <param name="Session">The discussion it belongs to; runs of one session follow each other.</param>
/// <param name="Agent">Who ran it.</param>
/// <param name="Tool">The slug of the tool.</param>
/// <param name="Succeeded">False: failed with type <c>execution</c>.</param>
/// <param name="Topic">Absent: no feedback was given on the run. Else the topic of that feedback, with outcome success or failure.</param>
/// <param name="Keywords">The keywords of that feedback.</param>
internal sealed record SimulatedRun(
    int Index,
    DateTimeOffset At,
    string Session,
    string Agent,
    string Tool,
    bool Succeeded,
    string? Topic,
    IReadOnlyList<string> Keywords);
