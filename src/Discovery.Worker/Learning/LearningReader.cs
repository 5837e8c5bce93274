using Npgsql;

namespace Capns.Discovery.Worker.Learning;

/// <summary>Reads within one transaction, many questions at a time.</summary>
internal sealed class LearningReader(NpgsqlConnection connection, NpgsqlTransaction transaction)
{
    /// <summary>Waits until no other transaction learns, then reads.</summary>
    /// <returns>The epoch of the last transaction.</returns>
    public async Task<long> ReadAsync(ILesson lesson, CancellationToken cancellationToken)
    {
        var questions = new List<NpgsqlBatchCommand> { new(LearningStore.Lock) };
        lesson.Ask(questions);
        await using var answers = await AskAsync(questions, cancellationToken);
        await answers.ReadAsync(cancellationToken);
        var epoch = answers.GetInt64(0);
        await answers.NextResultAsync(cancellationToken);
        await lesson.ReadAsync(answers, cancellationToken);
        return epoch;
    }

    /// <summary>Sends questions together. Dispose of the answers before the next ones.</summary>
    public async Task<NpgsqlDataReader> AskAsync(IEnumerable<NpgsqlBatchCommand> questions, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var question in questions)
        {
            batch.BatchCommands.Add(question);
        }

        return await batch.ExecuteReaderAsync(cancellationToken);
    }
}
