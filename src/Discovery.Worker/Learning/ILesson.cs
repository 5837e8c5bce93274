using Capns.Discovery.Worker.Learning.Rules;
using Npgsql;

namespace Capns.Discovery.Worker.Learning;

/// <summary>One message's way through a transaction: what it must know, and what it changes.</summary>
internal interface ILesson
{
    /// <summary>When it happened.</summary>
    DateTimeOffset At { get; }

    /// <summary>Why nothing is to be changed. Absent: something is.</summary>
    LearningResult? Refusal { get; }

    /// <summary>What it changes of its session; known once it was read.</summary>
    SessionChange Session { get; }

    /// <summary>Adds the statements that <see cref="ReadAsync"/> reads the answers of, in the same order.</summary>
    void Ask(ICollection<NpgsqlBatchCommand> batch);

    /// <summary>Reads the answers; the reader stands at the first.</summary>
    Task ReadAsync(NpgsqlDataReader answers, CancellationToken cancellationToken);

    /// <summary>Adds what changes, but for the relations between tools that were used together.</summary>
    void Write(LearningWrites writes);
}
