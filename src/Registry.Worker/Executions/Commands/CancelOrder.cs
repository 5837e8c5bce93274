using System.Text.Json;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Executions.Commands;

/// <summary>Body of a cancel.</summary>
internal sealed record CancelOrder
{
    /// <summary>Up to 500 characters.</summary>
    public string? Reason { get; init; }

    /// <summary>True: killed at once; false: a signal, then 5 s of grace.</summary>
    public bool Force { get; init; }

    /// <summary>Reads it.</summary>
    public static CancelOrder Read(JsonElement body, out IReadOnlyList<FieldError> errors)
    {
        var found = new List<FieldError>();
        errors = found;
        if (body.ValueKind != JsonValueKind.Object || StorableJson.Check(body) is not null)
        {
            found.Add(StorableJson.Check(body) ?? new FieldError("", "type", $"The body must be an object; it is {Preview.Of(body)}."));
            return new CancelOrder();
        }

        var fields = new JsonFields(body, "", found);
        return new CancelOrder { Reason = fields.Text("reason", 500), Force = fields.Flag("force") ?? false };
    }
}
