using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.Extensions.Options;

namespace Capns.Registry.Worker.Executions.Endings;

/// <summary>Keeps a result in the row or apart from it, and says what of it may travel (platform spec 3.8 rule 4, 3.12, 3.13).</summary>
internal sealed class ResultKeeper(IOptions<ExecutionOptions> options)
{
    private const string ContentType = "application/json";

    /// <summary>Keeps it.</summary>
    /// <param name="transaction">Of the ending.</param>
    /// <param name="execution">Gets the result or its reference.</param>
    /// <param name="json">UTF-8 JSON.</param>
    public KeptResult Keep(RegistryTransaction transaction, Execution execution, byte[] json)
    {
        var reference = new ResultReference
        {
            Uri = $"/api/v1/executions/{execution.CorrelationId}/result",
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(json)),
            Bytes = json.Length,
            ContentType = ContentType,
        };
        if (json.Length > options.Value.ResultInlineMaxBytes)
        {
            transaction.Db.Add(new ExecutionResultRow
            {
                ExecutionId = execution.CorrelationId,
                Content = json,
                ContentType = ContentType,
                Bytes = json.Length,
                Sha256 = reference.Sha256,
            });
            execution.ResultRef = JsonSerializer.Serialize(reference, WireJson.Options);
            return new KeptResult(null, reference, null, reference);
        }

        execution.Result = Encoding.UTF8.GetString(json);
        using var document = JsonDocument.Parse(json);
        var value = document.RootElement.Clone();
        return execution.Plan.ResultMayTravel ? new KeptResult(value, null, value, null) : new KeptResult(null, reference, value, null);
    }
}

/// <summary>What is told of a result: to everybody by the event, and to the caller by the reply.</summary>
internal sealed record KeptResult(JsonElement? Told, ResultReference? ToldReference, JsonElement? Answered, ResultReference? AnsweredReference);
