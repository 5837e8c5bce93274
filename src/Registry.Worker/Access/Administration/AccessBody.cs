using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Access.Administration;

/// <summary>Reads the body of a change: a JSON object, all its errors named at once (422).</summary>
internal static class AccessBody
{
    /// <summary>Longest id or name, in characters.</summary>
    public const int MaxId = 128;

    /// <summary>Reads what <paramref name="read"/> makes of the body.</summary>
    /// <returns>Either a value, or a problem.</returns>
    public static async Task<(T? Value, ProblemResult? Problem)> ReadAsync<T>(HttpContext context, Func<JsonFields, T> read)
        where T : class
    {
        var (body, problem) = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if (problem is not null)
        {
            return (null, problem);
        }

        var errors = new List<FieldError>();
        if (body.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new FieldError("", "type", "The body must be a JSON object."));
        }
        else if (StorableJson.Check(body) is { } unreadable)
        {
            errors.Add(unreadable);
        }
        else if (read(new JsonFields(body, "", errors)) is { } value && errors.Count == 0)
        {
            return (value, null);
        }

        return (null, Invalid(errors));
    }

    /// <summary>422 with one error.</summary>
    public static ProblemResult Invalid(string member, string keyword, string rest) =>
        Invalid([new FieldError($"/{member}", keyword, $"{member} {rest}.")]);

    private static ProblemResult Invalid(List<FieldError> errors) =>
        new(ErrorCodes.InvalidParameters, $"{errors.Count} error{(errors.Count == 1 ? "" : "s")} in the body: {errors[0].Message}", errors);
}
