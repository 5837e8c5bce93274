using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Core.Validation;
using Capns.Hosting.Secrets;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.Extensions.Options;

namespace Capns.Registry.Worker.Executions.Endings;

/// <summary>
/// Keeps a result in the row or apart from it, and says what of it may travel (platform spec 3.8 rule 4, 3.12, 3.13, 5.13).
/// </summary>
internal sealed class ResultKeeper(ISealer sealer, IOptions<ExecutionOptions> options)
{
    private const string ContentType = "application/json";

    /// <summary>Keeps it.</summary>
    /// <param name="transaction">Of the ending.</param>
    /// <param name="execution">Gets the result or its reference; its secret parameters are still there.</param>
    /// <param name="json">UTF-8 JSON.</param>
    public KeptResult Keep(RegistryTransaction transaction, Execution execution, byte[] json) =>
        execution.Plan.ResultHasSecrets || execution.SealedParameters is not null
            ? KeepPrivate(transaction, execution, json)
            : KeepOpen(transaction, execution, json);

    private KeptResult KeepOpen(RegistryTransaction transaction, Execution execution, byte[] json)
    {
        var reference = Reference(execution, json);
        if (json.Length > options.Value.ResultInlineMaxBytes)
        {
            transaction.Db.Add(Row(execution, json, json.Length, reference.Sha256, isSealed: false));
            execution.ResultRef = JsonSerializer.Serialize(reference, WireJson.Options);
            return new KeptResult(null, reference, null, reference);
        }

        execution.Result = Encoding.UTF8.GetString(json);
        var value = Parse(json);
        return execution.Plan.ResultMayTravel ? new KeptResult(value, null, value, null) : new KeptResult(null, reference, value, null);
    }

    /// <summary>What is marked <c>x-secret</c>, and what repeats a secret parameter, is for the caller alone.</summary>
    private KeptResult KeepPrivate(RegistryTransaction transaction, Execution execution, byte[] json)
    {
        var whole = Parse(json);
        var shown = Shown(execution, whole);
        var text = JsonSerializer.SerializeToUtf8Bytes(shown, WireJson.Options);
        if (text.AsSpan().SequenceEqual(json))
        {
            return KeepOpen(transaction, execution, json);
        }

        // Size and digest are those of what everybody else gets: a digest of a short secret would give it away.
        var reference = Reference(execution, text);
        var stored = sealer.Seal(json, SealedPlaces.Result(execution.CorrelationId));
        transaction.Db.Add(Row(execution, stored, text.Length, reference.Sha256, isSealed: true));
        execution.ResultRef = JsonSerializer.Serialize(reference, WireJson.Options);
        execution.Result = text.Length > options.Value.ResultInlineMaxBytes ? JsonSerializer.Serialize(SecretFields.Redacted)
            : Encoding.UTF8.GetString(text);
        var isSmall = json.Length <= options.Value.ResultInlineMaxBytes;
        return execution.HasKnownCaller && isSmall
            ? new KeptResult(null, reference, whole, null)
            : new KeptResult(null, reference, null, reference);
    }

    private JsonElement Shown(Execution execution, JsonElement whole)
    {
        var plan = execution.Plan;
        var shown = plan.ResultHasSecrets && plan.ResultSchema is { } schema && ResultSchemas.Get(schema) is { } compiled
            ? SecretFields.Redact(compiled, whole)
            : whole;
        if (execution.SealedParameters is not { } sealedValues)
        {
            return shown;
        }

        // A key that was taken away too early must not lay open what it sealed.
        return SealedParameters.Open(sealer, execution.CorrelationId, sealedValues) is { } secrets
            ? Redactor.For(secrets.Values).RedactValues(shown)
            : JsonSerializer.SerializeToElement(SecretFields.Redacted);
    }

    private static ResultReference Reference(Execution execution, byte[] json) => new()
    {
        Uri = $"/api/v1/executions/{execution.CorrelationId}/result",
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(json)),
        Bytes = json.Length,
        ContentType = ContentType,
    };

    private static ExecutionResultRow Row(Execution execution, byte[] content, long bytes, string sha256, bool isSealed) => new()
    {
        ExecutionId = execution.CorrelationId,
        Content = content,
        Sealed = isSealed,
        ContentType = ContentType,
        Bytes = bytes,
        Sha256 = sha256,
    };

    private static JsonElement Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}

/// <summary>What is told of a result: to everybody by the event, and to the caller by the reply.</summary>
internal sealed record KeptResult(JsonElement? Told, ResultReference? ToldReference, JsonElement? Answered,
    ResultReference? AnsweredReference);
