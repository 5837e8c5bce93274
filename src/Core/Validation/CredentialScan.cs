using System.Text.Json;
using Capns.Core.Json;

namespace Capns.Core.Validation;

/// <summary>Refuses credentials in the open: in strings that the schema does not mark <c>x-secret</c> (platform spec 5.2).</summary>
public static class CredentialScan
{
    /// <summary>The keyword of its errors.</summary>
    public const string Keyword = "secret";

    /// <summary>Looks through every string of a value, property names included.</summary>
    /// <param name="schema">Whose <c>x-secret</c> fields are left out.</param>
    /// <param name="instance">Any value.</param>
    /// <returns>Empty when nothing was found; at most <see cref="JsonSchema.MaxErrors"/> errors.</returns>
    public static IReadOnlyList<ValidationError> Find(JsonSchema schema, JsonElement instance)
    {
        if (JsonTextGuard.FindProblem(instance) is { } problem)
        {
            return [new ValidationError(string.Empty, Keyword, problem)];
        }

        var errors = new List<ValidationError>();
        Scan(SecretFields.Redact(schema, instance), string.Empty, errors);
        return errors;
    }

    private static void Scan(JsonElement value, string path, List<ValidationError> errors)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    // A name that is a credential must not be repeated in the path of its error.
                    var place = Check(property.Name, path, errors) ? path : JsonPointer.Append(path, property.Name);
                    Scan(property.Value, place, errors);
                }

                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    Scan(item, JsonPointer.Append(path, index++), errors);
                }

                break;
            case JsonValueKind.String:
                Check(value.GetString()!, path, errors);
                break;
        }
    }

    private static bool Check(string text, string path, List<ValidationError> errors)
    {
        var kind = CredentialPatterns.Find(text);
        if (kind is not null && errors.Count < JsonSchema.MaxErrors)
        {
            errors.Add(new ValidationError(path, Keyword, $"looks like {kind}; credentials belong in fields marked x-secret"));
        }

        return kind is not null;
    }
}
