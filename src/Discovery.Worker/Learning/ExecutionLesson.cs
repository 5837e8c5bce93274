using Capns.Discovery.Worker.Learning.Rules;
using Npgsql;

namespace Capns.Discovery.Worker.Learning;

/// <summary>Learns from an execution (platform spec 7.3, rules 1 to 3).</summary>
internal sealed class ExecutionLesson(Observation observation) : ILesson
{
    private readonly string _key = UsageRows.ExecutionKey(observation.ExecutionId);
    private Usage? _usage;
    private (decimal X, string[] Patterns)? _correction;
    private bool _corrections;

    public DateTimeOffset At => observation.At;

    public LearningResult? Refusal { get; private set; }

    public SessionChange Session { get; private set; } = SessionChange.None;

    // Only what completed was used with something.
    private string? SessionKey => observation.Completed ? observation.SessionKey : null;

    public void Ask(ICollection<NpgsqlBatchCommand> batch)
    {
        batch.Add(LearningWrites.Command("SELECT 1 FROM discovery.learning_applied WHERE key = $1", _key));
        batch.Add(LearningWrites.Command(
            "SELECT tool_id, x, patterns FROM discovery.learning_corrections WHERE execution_id = $1", observation.ExecutionId));
        batch.Add(UsageRows.Ask(observation.AgentId, observation.ToolId));
        SessionRows.Ask(batch, SessionKey, observation.ToolId);
    }

    public async Task ReadAsync(NpgsqlDataReader answers, CancellationToken cancellationToken)
    {
        if (await answers.ReadAsync(cancellationToken))
        {
            Refusal = LearningResult.Repeated;
            return;
        }

        await answers.NextResultAsync(cancellationToken);
        while (await answers.ReadAsync(cancellationToken))
        {
            _corrections = true;

            // Feedback that names another tool is wrong, and corrects nothing.
            if (answers.GetGuid(0) == observation.ToolId)
            {
                _correction = (answers.GetDecimal(1), answers.GetFieldValue<string[]>(2));
            }
        }

        await answers.NextResultAsync(cancellationToken);
        _usage = await UsageRows.ReadAsync(answers, cancellationToken);
        var session = await SessionRows.ReadAsync(answers, cancellationToken);
        Session = SessionKey is null ? SessionChange.None : SessionRule.Completed(session, observation.ToolId, observation.At);
    }

    public void Write(LearningWrites writes)
    {
        var x = _correction?.X ?? observation.X;
        UsageRows.Applied(writes, _key, "execution", x, observation.ToolId, observation.AgentId);
        if (_corrections)
        {
            writes.Add("DELETE FROM discovery.learning_corrections WHERE execution_id = $1", observation.ExecutionId);
        }

        if (observation.AgentId is { } agent)
        {
            UsageRows.Write(writes, agent, observation.ToolId, Observed());
        }

        UsageRows.Quality(writes, observation.ToolId, 1, x, observation.AgentId is not null && _usage is null ? 1 : 0);
        UsageRows.Day(writes, observation.ToolId, observation.At, runs: 1, observation.Cost);
        UsageRows.Duration(writes, observation.ToolId, observation.Ms);
        if (SessionKey is { } key)
        {
            SessionRows.Write(writes, key, Session, observation.At);
        }
    }

    // As if the feedback had come behind it.
    private Usage Observed()
    {
        var usage = Usage.Observed(_usage, observation.X, observation.Ms, observation.At);
        return _correction is not { } correction
            ? usage
            : correction.Patterns.Aggregate(usage.Corrected(observation.X, correction.X), (one, pattern) => one.In(pattern));
    }
}
